using System.Net;
using System.Text.RegularExpressions;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Configuration.Schema;

/// <summary>
/// The forms of texts in configuration files: each says what is wrong with a text, null if nothing is.
/// Source: the schemas of pbs-api-types.
/// </summary>
public static partial class StringForm
{
    private const string NoMatch = "value does not match the regex pattern";
    private const int NamespaceComponents = BackupNamespace.MaxDepth + 1;

    public static string? SafeIdentifier(string text) => Matches(SafeId.IsValid(text));

    /// <summary>No control character.</summary>
    public static string? SingleLine(string text) => Matches(!HasControlCharacter(text));

    /// <summary>
    /// <c>name@realm</c>. Looser than <see cref="Userid.Parse"/>: the length of the realm does not count here.
    /// </summary>
    public static string? UserId(string text) => Matches(IsUserId(text));

    /// <summary><c>name@realm!token</c>.</summary>
    public static string? TokenId(string text) => Matches(IsTokenId(text));

    public static string? AuthId(string text) => Matches(IsUserId(text) || IsTokenId(text));

    /// <summary>PBS's pattern allows one name more than its parser.</summary>
    public static string? Namespace(string text)
    {
        if (text.Length == 0) return null;
        int components = 0;
        foreach (Range range in text.AsSpan().Split('/'))
        {
            if (++components > NamespaceComponents || !SafeId.IsValid(text.AsSpan()[range])) return NoMatch;
        }

        return null;
    }

    public static Func<string, string?> OneOf(params string[] words) =>
        text => Array.IndexOf(words, text) >= 0 ? null : $"value '{text}' is not defined in the enumeration.";

    /// <summary>32 bytes in hex, joined by colons.</summary>
    public static string? Fingerprint(string text) => Matches(FingerprintPattern().IsMatch(text));

    /// <summary>The UUID of a partition, lower case.</summary>
    public static string? PartitionUuid(string text) => Matches(PartitionUuidPattern().IsMatch(text));

    public static string? DnsNameOrAddress(string text) =>
        Matches(DnsNamePattern().IsMatch(text) || IPAddress.TryParse(text.Trim('[', ']'), out _));

    /// <summary>A number of bytes with an optional unit: <c>20 MiB</c>.</summary>
    public static string? ByteSize(string text) =>
        ByteSizePattern().IsMatch(text) ? null : $"unable to parse byte size '{text}'";

    /// <summary><c>[include:|exclude:]</c>, then <c>type:</c>, <c>group:</c> or <c>regex:</c>.</summary>
    public static string? GroupFilter(string text)
    {
        ReadOnlySpan<char> rest = text;
        if (rest.StartsWith("include:") || rest.StartsWith("exclude:")) rest = rest["include:".Length..];
        int colon = rest.IndexOf(':');
        string value = colon < 0 ? "" : rest[(colon + 1)..].ToString();
        return (colon < 0 ? "" : rest[..colon]) switch
        {
            "type" => value is "vm" or "ct" or "host" ? null : $"invalid backup type '{value}'",
            "group" => GroupPath.TryParse(value, out _) ? null : $"unable to parse backup group path '{value}'",
            "regex" => IsRegularExpression(value) ? null : $"invalid regular expression '{value}'",
            _ => "input doesn't match expected format '<group:GROUP||type:<vm|ct|host>|regex:REGEX>'",
        };
    }

    internal static bool HasControlCharacter(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('\0', '\x1F') || text.Contains('\x7F');

    private static string? Matches(bool matches) => matches ? null : NoMatch;

    private static bool IsUserId(ReadOnlySpan<char> text)
    {
        int at = text.LastIndexOf('@');
        return at > 0 && Userid.IsUserName(text[..at]) && SafeId.IsValid(text[(at + 1)..]);
    }

    private static bool IsTokenId(ReadOnlySpan<char> text)
    {
        int mark = text.LastIndexOf('!');
        return mark > 0 && IsUserId(text[..mark]) && SafeId.IsValid(text[(mark + 1)..]);
    }

    private static bool IsRegularExpression(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex FingerprintPattern();

    [GeneratedRegex(@"\A[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PartitionUuidPattern();

    [GeneratedRegex(
        @"\A(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}[A-Za-z0-9])?\.){0,127}[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}[A-Za-z0-9])?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex DnsNamePattern();

    [GeneratedRegex(@"\A[0-9]+(?:\.[0-9]+)? ?(?:[KMGTPEkmgtpe]i?)?[Bb]?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ByteSizePattern();
}
