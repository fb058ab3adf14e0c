using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// A walk over all entries below a directory of a catalog, without memory for each of them. A catalog that leads
/// to the same table twice is refused: a small one could stand for endlessly many entries.
/// </summary>
public sealed class CatalogWalk
{
    /// <summary>Deeper directories are refused; no path that long can be opened.</summary>
    public const int DepthLimit = 4096;

    private readonly CatalogTables _tables;
    private readonly Action<PbsException>? _onDamage;
    private readonly Stack<(CatalogTable Table, int PathLength)> _parents = [];
    private CatalogTable _table;
    private byte[] _path = new byte[256];
    private int _parentLength;
    private int _pathLength;
    private long _visited;
    private long _nameless;
    private bool _enter;

    internal CatalogWalk(CatalogTables tables, CatalogTable table, Action<PbsException>? onDamage)
    {
        _tables = tables;
        _table = table;
        _onDamage = onDamage;
        _visited = table.End - table.Start;
    }

    /// <summary>What the current entry is.</summary>
    public CatalogEntryType Type { get; private set; }

    /// <summary>The current entry's name; good until the next one.</summary>
    public ReadOnlySpan<byte> Name => _path.AsSpan((_parentLength + 1).._pathLength);

    /// <summary>A '/' and the names from where the walk began, joined by '/'; good until the next entry.</summary>
    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _pathLength);

    /// <inheritdoc cref="CatalogEntry.Size"/>
    public ulong Size { get; private set; }

    /// <inheritdoc cref="CatalogEntry.ModificationTime"/>
    public long ModificationTime { get; private set; }

    /// <inheritdoc cref="CatalogEntry.ChildStart"/>
    public long ChildStart { get; private set; }

    /// <summary>Entries without a name that were passed over up to now.</summary>
    public long Nameless => _nameless + _table.Nameless;

    /// <summary>Directories above the current entry, 0 where the walk began.</summary>
    public int Depth => _parents.Count;

    /// <summary>
    /// <see cref="Path"/> as text, each name as <see cref="EscapedName"/> shows it: a '/' in a name is no separator.
    /// </summary>
    public string DisplayPath()
    {
        ReadOnlySpan<byte> path = Path;
        if (EscapedName.IsPlainPath(path) && path.Count((byte)'/') == Depth + 1)
        {
            return System.Text.Encoding.ASCII.GetString(path);
        }

        var text = new System.Text.StringBuilder();
        int start = 0;
        foreach ((_, int end) in _parents.Reverse().Skip(1))
        {
            text.Append('/').Append(EscapedName.Format(path[(start + 1)..end]));
            start = end;
        }

        if (Depth > 0)
        {
            text.Append('/').Append(EscapedName.Format(path[(start + 1).._parentLength]));
            start = _parentLength;
        }

        return text.Append('/').Append(EscapedName.Format(path[(start + 1)..])).ToString();
    }

    /// <summary>Goes to the next entry: into the current one if it is a directory. False at the end.</summary>
    /// <exception cref="PbsFormatException">A damaged table, or one that comes twice; unless damage is
    /// reported.</exception>
    public bool MoveNext()
    {
        if (_enter) TryEnter();
        while (true)
        {
            if (TryRead(out CatalogEntryView entry))
            {
                Show(entry);
                return true;
            }

            if (!_parents.TryPop(out (CatalogTable Table, int PathLength) parent)) return false;
            _nameless += _table.Nameless;
            (_table, _parentLength) = parent;
        }
    }

    /// <summary>Leaves out what is below the current directory.</summary>
    public void SkipChildren() => _enter = false;

    private bool TryRead(out CatalogEntryView entry)
    {
        while (true)
        {
            long before = _table.Position;
            try
            {
                return _tables.TryRead(ref _table, out entry);
            }
            catch (PbsException e) when (_onDamage is not null)
            {
                _onDamage(e);
                if (_table.Position > before) continue;

                // Nobody knows where the next entry begins.
                (_table.Position, _table.Remaining) = (_table.End, 0);
            }
        }
    }

    private void TryEnter()
    {
        try
        {
            Enter();
        }
        catch (PbsException e) when (_onDamage is not null)
        {
            _onDamage(e);
        }
    }

    private void Enter()
    {
        _enter = false;
        if (_parents.Count == DepthLimit) throw Refused($"directories are more than {DepthLimit} levels deep");
        CatalogTable child = _tables.Open(ChildStart);
        _visited += child.End - child.Start;
        if (_visited > _tables.End) throw Refused("a directory comes twice");
        _parents.Push((_table, _parentLength));
        (_table, _parentLength) = (child, _pathLength);
    }

    private void Show(in CatalogEntryView entry)
    {
        int length = _parentLength + 1 + entry.Name.Length;
        if (_path.Length < length) Array.Resize(ref _path, Math.Max(length, 2 * _path.Length));
        _path[_parentLength] = (byte)'/';
        entry.Name.CopyTo(_path.AsSpan(_parentLength + 1));
        _pathLength = length;
        (Type, Size, ModificationTime, ChildStart) = (entry.Type, entry.Size, entry.ModificationTime, entry.ChildStart);
        _enter = entry.Type == CatalogEntryType.Directory;
    }

    private PbsFormatException Refused(string reason) => new(PbsErrorId.CatalogInvalid, reason, ChildStart);
}
