using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Configuration;

/// <summary>
/// The content of a configuration file as one reads it: text, and what tells whether somebody changed it.
/// </summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Text">Its content; empty if there is no such file.</param>
/// <param name="Digest">SHA-256 of the content, 64 lower-case hex digits.</param>
/// <param name="Exists">Whether there is such a file.</param>
public sealed record ConfigurationText(string Path, string Text, string Digest, bool Exists)
{
    /// <summary>What stands for a file that is not there: PBS takes it for empty.</summary>
    public static ConfigurationText Missing(string path) => new(path, "", DigestOf([]), false);

    /// <exception cref="PbsFormatException">The bytes are no UTF-8.</exception>
    public static ConfigurationText Decode(string path, ReadOnlySpan<byte> content)
    {
        return Utf8Text.TryDecode(content, out string? text, out _)
            ? new ConfigurationText(path, text, DigestOf(content), true)
            : throw new PbsFormatException(
                PbsErrorId.ConfigurationInvalid,
                $"unable to read \"{path}\" - stream did not contain valid UTF-8",
                file: path);
    }

    public static string DigestOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string DigestOf(string text) => DigestOf(Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// The lines of a text: split at LF, without the CR in front of one; a final LF starts no further line.
    /// </summary>
    internal static LineEnumerable Lines(ReadOnlySpan<char> text) => new(text);

    internal ref struct LineEnumerable(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _rest = text;

        public ReadOnlySpan<char> Current { get; private set; } = default;

        public readonly LineEnumerable GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty) return false;
            int end = _rest.IndexOf('\n');
            Current = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (end >= 0 && Current.EndsWith('\r')) Current = Current[..^1];
            return true;
        }
    }
}
