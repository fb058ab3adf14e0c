using System.Text.Json;
using System.Text.Unicode;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>The data about a file that a listing shows.</summary>
/// <param name="FileName">The name in the manifest, which may be any text.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="CryptMode">The protection of the content.</param>
public readonly record struct ManifestFileSummary(string FileName, ulong Size, CryptMode CryptMode);

/// <summary>
/// Reads the data of a manifest that listings show, for thousands of manifests, without allocating memory for repeated
/// names, notes, tasks and keys. It accepts what <see cref="Manifest.Parse(ReadOnlySpan{byte})"/> accepts and returns
/// the same values: unusual manifests (duplicate members, escapes in names, invalid states) are passed to that parser,
/// and manifests that PBS printed do not need it. Each worker has its own reader. The properties describe the manifest
/// that was read last.
/// </summary>
public sealed partial class ManifestSummaryReader
{
    private const int FirstFiles = 16;
    private const int MostFilesKept = 4096;
    private const int FirstScratch = 256;
    private const int MostScratchKept = 64 << 10;
    private const int LongestPlainNumber = 300;

    private readonly Utf8StringCache _names = new();
    private readonly Utf8StringCache _comments = new();
    private readonly Utf8StringCache _upids = new();
    private readonly Utf8StringCache _fingerprints = new();
    private ManifestFileSummary[] _files = new ManifestFileSummary[FirstFiles];
    private byte[] _scratch = new byte[FirstScratch];
    private int _fileCount;

    /// <summary>The files in the order of their upload. The next read overwrites them.</summary>
    public ReadOnlySpan<ManifestFileSummary> Files => _files.AsSpan(0, _fileCount);

    /// <inheritdoc cref="Manifest.Comment"/>
    public string? Comment { get; private set; }

    /// <summary>The result of the last verification, or null if there is none or it cannot be read.</summary>
    public VerifyOutcome? VerifyOutcome { get; private set; }

    /// <summary>
    /// The UPID of the last verification as PBS prints it, or null if <see cref="VerifyOutcome"/> is null.
    /// </summary>
    public string? VerifyUpid { get; private set; }

    /// <inheritdoc cref="Manifest.VerifyStateProblem"/>
    public string? VerifyStateProblem { get; private set; }

    /// <summary>
    /// The fingerprint of the key that the backup used, as hex with colons, or null if there is none or it cannot be
    /// read.
    /// </summary>
    public string? KeyFingerprint { get; private set; }

    /// <inheritdoc cref="Manifest.KeyFingerprintProblem"/>
    public string? KeyFingerprintProblem { get; private set; }

    /// <inheritdoc cref="Manifest.SyncSourceSignature"/>
    public string? SyncSourceSignature { get; private set; }

    public bool IsSigned { get; private set; }

    /// <summary>Reads the decoded content of the blob.</summary>
    /// <exception cref="PbsFormatException">
    /// See <see cref="Manifest.Parse(ReadOnlySpan{byte})"/>. The properties are then empty.
    /// </exception>
    public void Read(ReadOnlySpan<byte> text)
    {
        Clear();
        if (TryReadPrinted(text)) return;
        Clear();
        if (TryReadUsual(text)) return;
        Clear();
        ReadUnusual(Manifest.Parse(text));
    }

    /// <summary>
    /// Returns the text of a file name. The same name gives the same string, also for different manifests.
    /// </summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public string InternName(ReadOnlySpan<byte> utf8) => _names.Get(utf8);

    private void Clear()
    {
        if (_files.Length > MostFilesKept) _files = new ManifestFileSummary[FirstFiles];
        if (_scratch.Length > MostScratchKept) _scratch = new byte[FirstScratch];
        _fileCount = 0;
        Comment = VerifyUpid = VerifyStateProblem = KeyFingerprint = KeyFingerprintProblem = SyncSourceSignature = null;
        VerifyOutcome = null;
        IsSigned = false;
    }

    private void ReadUnusual(Manifest manifest)
    {
        foreach (ManifestFile file in manifest.Files)
        {
            AddFile(new ManifestFileSummary(file.FileName, file.Size, file.CryptMode));
        }

        Comment = manifest.Comment;
        VerifyOutcome = manifest.VerifyState?.Outcome;
        VerifyUpid = manifest.VerifyState?.Upid.ToString();
        VerifyStateProblem = manifest.VerifyStateProblem;
        KeyFingerprint = manifest.KeyFingerprint?.ToString();
        KeyFingerprintProblem = manifest.KeyFingerprintProblem;
        SyncSourceSignature = manifest.SyncSourceSignature;
        IsSigned = manifest.Signature is not null;
    }

    private void AddFile(in ManifestFileSummary file)
    {
        if (_fileCount == _files.Length) Array.Resize(ref _files, _files.Length * 2);
        _files[_fileCount++] = file;
    }

    private bool TryReadUsual(ReadOnlySpan<byte> text)
    {
        // Utf8JsonReader checks only the structure.
        if (text.Length > Manifest.MaxTextLength || JsonParser.MayHoldTooMany(text) || !Utf8.IsValid(text))
        {
            return false;
        }

        var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = JsonParser.MostNested });
        try
        {
            return TryReadManifest(ref json) && !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether the token is a string without escapes.</summary>
    private static bool IsPlainText(in Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.String && !json.ValueIsEscaped;

    /// <summary>
    /// Skips a value. Returns false if it may contain something that this reader accepts and the other parser does not:
    /// half a surrogate pair, or a number outside the range of a double.
    /// </summary>
    private static bool TrySkip(ref Utf8JsonReader json)
    {
        int depth = json.CurrentDepth;
        while (true)
        {
            switch (json.TokenType)
            {
                case JsonTokenType.String or JsonTokenType.PropertyName when json.ValueIsEscaped
                    && MayHoldSurrogate(json.ValueSpan):
                case JsonTokenType.Number when json.ValueSpan.Length > LongestPlainNumber
                    || json.ValueSpan.ContainsAny((byte)'e', (byte)'E'):
                    return false;
            }

            bool open = json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (!open && json.TokenType != JsonTokenType.PropertyName && json.CurrentDepth == depth) return true;
            if (!json.Read()) return false;
        }
    }

    private static bool MayHoldSurrogate(ReadOnlySpan<byte> escaped) =>
        escaped.IndexOf("\\ud"u8) >= 0 || escaped.IndexOf("\\uD"u8) >= 0;
}
