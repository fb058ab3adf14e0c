using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Storage;

/// <summary>
/// A snapshot folder of a group: its time, and how its two ':' are spelled on this file system. 16 bytes, because a
/// group may hold a hundred thousand.
/// </summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="Colons">The spelling of the first ':' times three, plus that of the second.</param>
internal readonly record struct TimeFolder(long Time, byte Colons) : IComparable<TimeFolder>
{
    /// <summary>Longest folder name in bytes: 18 characters and two mapped ':' of three bytes.</summary>
    public const int MaxNameLength = 24;

    private const int FirstColon = 13;
    private const int SecondColon = 16;
    private const int Spellings = 3;

    public bool IsMapped => Colons != 0;

    /// <summary>Reads a folder name. False where it has not the shape of a time.</summary>
    /// <param name="name">UTF-8.</param>
    /// <param name="folder">The folder, when <paramref name="error"/> stays null.</param>
    /// <param name="error">Why a name of the right shape is none all the same, in PBS's words.</param>
    public static bool TryParse(ReadOnlySpan<byte> name, out TimeFolder folder, out string? error)
    {
        folder = default;
        error = null;
        Span<char> text = stackalloc char[BackupTime.TextLength];
        if (name.Length is < BackupTime.TextLength or > MaxNameLength
            || System.Text.Unicode.Utf8.ToUtf16(
                name,
                text,
                out int read,
                out int written,
                replaceInvalidSequences: false) != System.Buffers.OperationStatus.Done
            || read != name.Length || written != BackupTime.TextLength || !BackupTime.HasShape(text))
        {
            return false;
        }

        if (!BackupTime.TryParse(text, out long time, out bool exact, out error)) return true;
        if (!exact) error = $"'{text}' is no moment of the calendar";
        folder = new TimeFolder(time, (byte)((Spelling(text[FirstColon]) * Spellings) + Spelling(text[SecondColon])));
        return true;
    }

    /// <summary>Whether a name has the shape of a time, but for the characters where ':' belongs.</summary>
    public static bool IsMangled(ReadOnlySpan<char> name)
    {
        if (name.Length != BackupTime.TextLength) return false;
        Span<char> text = stackalloc char[BackupTime.TextLength];
        name.CopyTo(text);
        bool isMangled = text[FirstColon] != ':' || text[SecondColon] != ':';
        text[FirstColon] = text[SecondColon] = ':';
        return isMangled && BackupTime.HasShape(text);
    }

    /// <summary>Writes the folder's name as UTF-8; returns its length.</summary>
    public int WriteName(Span<byte> buffer)
    {
        DateTime time = DateTime.UnixEpoch.AddSeconds(Time);
        int at = Digits(buffer, 0, time.Year, 4);
        buffer[at++] = (byte)'-';
        at = Digits(buffer, at, time.Month, 2);
        buffer[at++] = (byte)'-';
        at = Digits(buffer, at, time.Day, 2);
        buffer[at++] = (byte)'T';
        at = Digits(buffer, at, time.Hour, 2);
        at = Colon(buffer, at, Colons / Spellings);
        at = Digits(buffer, at, time.Minute, 2);
        at = Colon(buffer, at, Colons % Spellings);
        at = Digits(buffer, at, time.Second, 2);
        buffer[at++] = (byte)'Z';
        return at;
    }

    /// <summary>The folder's name as it is on disk.</summary>
    public override string ToString()
    {
        Span<byte> name = stackalloc byte[MaxNameLength];
        return System.Text.Encoding.UTF8.GetString(name[..WriteName(name)]);
    }

    /// <summary>By time; of two spellings of one time PBS's own comes first.</summary>
    public int CompareTo(TimeFolder other)
    {
        int order = Time.CompareTo(other.Time);
        return order != 0 ? order : Colons.CompareTo(other.Colons);
    }

    private static int Spelling(char colon) => colon switch { ':' => 0, '\uF022' => 1, _ => 2 };

    private static int Colon(Span<byte> buffer, int at, int spelling)
    {
        ReadOnlySpan<byte> colon = spelling switch { 0 => ":"u8, 1 => "\uF022"u8, _ => "\uF03A"u8 };
        colon.CopyTo(buffer[at..]);
        return at + colon.Length;
    }

    private static int Digits(Span<byte> buffer, int at, int value, int count)
    {
        for (int i = at + count - 1; i >= at; i--)
        {
            buffer[i] = (byte)('0' + (value % 10));
            value /= 10;
        }

        return at + count;
    }
}
