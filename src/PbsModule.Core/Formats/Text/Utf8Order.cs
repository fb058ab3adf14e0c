namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Compares texts by their UTF-8 bytes, as PBS does. The ordinal comparison of .NET strings gives a different order for
/// a character above U+FFFF and one from U+E000 to U+FFFF.
/// </summary>
internal sealed class Utf8Order : IComparer<string>
{
    private const char FirstSurrogate = '\uD800';
    private const char FirstAfterSurrogates = '\uE000';

    public static Utf8Order Instance { get; } = new();

    public static int Compare(string a, string b)
    {
        int common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length) return a.Length - b.Length;
        return Rank(a[common]) - Rank(b[common]);
    }

    int IComparer<string>.Compare(string? x, string? y) => Compare(x!, y!);

    /// <summary>Surrogates represent characters above all others.</summary>
    private static int Rank(char c) => c is >= FirstSurrogate and < FirstAfterSurrogates ? c + 0x10000 : c;
}
