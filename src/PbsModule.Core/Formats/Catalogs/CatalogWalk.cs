using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// Walks all entries below a directory of a catalog without using memory for each entry. A catalog that leads to the
/// same table twice is refused, because a small one could produce an unlimited number of entries.
/// </summary>
public sealed class CatalogWalk
{
    /// <summary>
    /// The deepest level of directories. Deeper ones are refused, because paths of that length cannot be opened.
    /// </summary>
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

    /// <summary>The type of the current entry.</summary>
    public CatalogEntryType Type { get; private set; }

    /// <summary>The name of the current entry. Valid until the next entry is read.</summary>
    public ReadOnlySpan<byte> Name => _path.AsSpan((_parentLength + 1).._pathLength);

    /// <summary>
    /// A '/' and the names below the start of the walk, joined by '/'. Valid until the next entry is read.
    /// </summary>
    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _pathLength);

    /// <inheritdoc cref="CatalogEntry.Size"/>
    public ulong Size { get; private set; }

    /// <inheritdoc cref="CatalogEntry.ModificationTime"/>
    public long ModificationTime { get; private set; }

    /// <inheritdoc cref="CatalogEntry.ChildStart"/>
    public long ChildStart { get; private set; }

    /// <summary>The number of entries without a name that were skipped so far.</summary>
    public long Nameless => _nameless + _table.Nameless;

    /// <summary>The number of directories between the start of the walk and the current entry.</summary>
    public int Depth => _parents.Count;

    /// <summary>
    /// Returns <see cref="Path"/> as text. Each name has the form of <see cref="EscapedName"/>, so a '/' in a name is
    /// not mistaken for a separator.
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

    /// <summary>
    /// Moves to the next entry, which is in the current entry if that is a directory. Returns false at the end.
    /// </summary>
    /// <exception cref="PbsFormatException">
    /// A table is damaged or comes twice, and damage is not reported to a callback.
    /// </exception>
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

    /// <summary>Skips the entries below the current directory.</summary>
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

                // The start of the next entry is not known.
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
