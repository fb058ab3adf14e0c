using System.Text;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage;

/// <summary>Reads owner files: the first line, trimmed at its end, is an authid. For one thread at a time.</summary>
internal sealed class OwnerReader
{
    private const int MaxLength = 64 << 10;
    private const int KnownOwners = 64;

    private readonly FileContent _content = new();
    private readonly Dictionary<string, Authid> _known = new(StringComparer.Ordinal);

    public void Read(GroupFolder group)
    {
        int error = group.Folder.ReadFile("owner"u8, _content, MaxLength);
        if (error != 0)
        {
            group.SetOwner(
                null,
                $"unable to read {PathText.Quote(Path.Combine(group.FullPath, "owner"))} - {OsError.Describe(error)}");
            return;
        }

        ReadOnlySpan<byte> line = _content.Bytes;
        int end = line.IndexOf((byte)'\n');
        if (end >= 0) line = line[..end];
        string text = Encoding.UTF8.GetString(line).TrimEnd();
        if (_known.TryGetValue(text, out Authid? owner))
        {
            group.SetOwner(owner, null);
        }
        else if (!Authid.TryParse(text, out owner, out string? reason))
        {
            group.SetOwner(null, $"parsing owner for {group.Path} failed: {reason}");
        }
        else
        {
            if (_known.Count < KnownOwners) _known.Add(text, owner);
            group.SetOwner(owner, null);
        }
    }
}
