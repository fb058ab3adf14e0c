using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Names;

/// <summary>The types of backup, in PBS's sort order (ct before host before vm).</summary>
public enum BackupType
{
    Ct,
    Host,
    Vm,
}

/// <summary>
/// Converts <see cref="BackupType"/> to and from its text in paths: <c>ct</c>, <c>host</c>, <c>vm</c>.
/// </summary>
public static class BackupTypeText
{
    /// <summary>All types in sort order.</summary>
    public static IReadOnlyList<BackupType> All { get; } = [BackupType.Ct, BackupType.Host, BackupType.Vm];

    public static string Text(this BackupType type) => type switch
    {
        BackupType.Ct => "ct",
        BackupType.Host => "host",
        BackupType.Vm => "vm",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Parses a type. Only the exact spelling is valid, because PBS uses no other spelling on disk.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out BackupType type)
    {
        switch (text)
        {
            case "ct": type = BackupType.Ct; return true;
            case "host": type = BackupType.Host; return true;
            case "vm": type = BackupType.Vm; return true;
            default: type = default; return false;
        }
    }

    /// <exception cref="PbsArgumentException">The text is not one of the three types.</exception>
    public static BackupType Parse(string text) => TryParse(text, out BackupType type)
        ? type
        : throw new PbsArgumentException(
            PbsErrorId.BackupTypeInvalid,
            $"'{text}' is not a backup type; it is one of vm, ct, host",
            text);
}
