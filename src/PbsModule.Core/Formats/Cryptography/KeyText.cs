using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// The text of a key in any stored form: UTF-8 or UTF-16, with or without a byte order mark or the lines of a paper
/// key. Keeps the text as UTF-8 in pinned memory, which disposing clears.
/// </summary>
internal sealed class KeyText : IDisposable
{
    private const string NotText = "unable to parse key file - not valid UTF-16";

    private readonly byte[] _bytes;
    private int _start;
    private int _end;

    private KeyText(int capacity) => _bytes = GC.AllocateArray<byte>(capacity, pinned: true);

    /// <summary>The text in UTF-8, without a byte order mark.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start.._end);

    private static ReadOnlySpan<byte> Begin => "-----BEGIN PROXMOX BACKUP KEY-----"u8;

    private static ReadOnlySpan<byte> End => "-----END PROXMOX BACKUP KEY-----"u8;

    /// <summary>Decodes a file.</summary>
    /// <exception cref="PbsFormatException">The file begins as UTF-16 but is not valid UTF-16.</exception>
    public static KeyText Decode(ReadOnlySpan<byte> file)
    {
        bool isWide = file is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [not 0, 0, ..] or [0, not 0, ..];
        var text = new KeyText(isWide ? Encoding.UTF8.GetMaxByteCount(file.Length / sizeof(char)) : file.Length);
        try
        {
            if (isWide)
            {
                text.DecodeWide(file);
            }
            else
            {
                ReadOnlySpan<byte> plain = file is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : file;
                plain.CopyTo(text._bytes);
                text._end = plain.Length;
            }

            return text;
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Keeps only the text between the two marker lines of a paper key, if it has them, and removes line breaks: a
    /// paper key has them within values, and JSON does not need them.
    /// </summary>
    /// <exception cref="PbsFormatException">The marker line at the end is missing.</exception>
    public void UnwrapPaper()
    {
        int begin = Bytes.IndexOf(Begin);
        if (begin < 0) return;
        int length = Bytes[(begin + Begin.Length)..].IndexOf(End);
        if (length < 0) throw Invalid("unable to parse key file - the line that ends the paper key is missing");
        _start += begin + Begin.Length;
        _end = _start;
        foreach (byte value in _bytes.AsSpan(_start, length))
        {
            if (value is not ((byte)'\r' or (byte)'\n')) _bytes[_end++] = value;
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private void DecodeWide(ReadOnlySpan<byte> file)
    {
        bool isBig = file is [0xFE, 0xFF, ..] or [0, ..];
        if (file.Length % sizeof(char) != 0) throw Invalid(NotText);
        char[] characters = GC.AllocateArray<char>(file.Length / sizeof(char), pinned: true);
        try
        {
            file.CopyTo(MemoryMarshal.AsBytes(characters.AsSpan()));
            Span<ushort> units = MemoryMarshal.Cast<char, ushort>(characters.AsSpan());
            if (isBig == BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(units, units);
            ReadOnlySpan<char> plain = characters is ['\uFEFF', ..] ? characters.AsSpan(1) : characters;
            _end = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(plain, _bytes);
        }
        catch (EncoderFallbackException)
        {
            throw Invalid(NotText);
        }
        finally
        {
            Array.Clear(characters);
        }
    }

    private static PbsFormatException Invalid(string reason) => new(PbsErrorId.KeyFileInvalid, reason);
}
