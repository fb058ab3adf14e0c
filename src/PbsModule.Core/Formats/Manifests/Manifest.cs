using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// The manifest of a snapshot (<c>index.json.blob</c>): its files with sizes and checksums, and what may change
/// afterwards (<see cref="Unprotected"/>). Immutable; the With methods give the manifest PBS would write after that
/// change. Source: pbs-datastore <c>manifest.rs</c>.
/// </summary>
public sealed class Manifest
{
    /// <summary>Its name in the snapshot's folder.</summary>
    public const string FileName = "index.json.blob";

    /// <summary>The longest text that is looked at, in bytes; a blob holds no more.</summary>
    public const int MaxTextLength = DataBlob.MaxBlobSize;

    private const string NotesName = "notes";
    private const string VerifyStateName = "verify_state";
    private const string KeyFingerprintName = "key-fingerprint";
    private const string ChunkUploadStatsName = "chunk_upload_stats";

    // As it stood in the file, with members this model does not know: a signature covers them too.
    private readonly JsonObject? _stored;
    private Dictionary<string, ManifestFile>? _byName;

    // Read when somebody asks: who writes a manifest or looks at its files alone does not.
    private Reading<SnapshotVerifyState>? _verifyState;
    private Reading<KeyFingerprint?>? _keyFingerprint;

    internal Manifest(
        BackupType type,
        string id,
        long time,
        ManifestFile[] files,
        JsonValue unprotected,
        string? signature,
        JsonObject? stored)
    {
        BackupType = type;
        BackupId = id;
        BackupTime = time;
        Files = files;
        Unprotected = unprotected;
        Signature = signature;
        _stored = stored;
    }

    public BackupType BackupType { get; }

    /// <summary>Any text: nobody checks that it equals the folder's name.</summary>
    public string BackupId { get; }

    /// <summary>Unix seconds.</summary>
    public long BackupTime { get; }

    /// <summary>In the order they were uploaded.</summary>
    public IReadOnlyList<ManifestFile> Files { get; }

    /// <summary>What no signature covers; an object in every manifest PBS wrote.</summary>
    public JsonValue Unprotected { get; }

    /// <summary>
    /// 64 hex digits when the backup was made with a key; whatever text stands there, null for unsigned.
    /// </summary>
    public string? Signature { get; }

    /// <summary>All lines; null when there are none or the member is no text.</summary>
    public string? Notes => Member(NotesName).AsString();

    /// <summary>
    /// What listings show of the notes: the first line without its end. Null without notes, and for empty ones.
    /// </summary>
    public string? Comment => Notes is { Length: > 0 } notes ? FirstLine(notes) : null;

    /// <summary>Null when never verified or unreadable.</summary>
    public SnapshotVerifyState? VerifyState => VerifyStateReading.Value;

    /// <summary>The line PBS logs about a verify state it cannot read; null when there is nothing to say.</summary>
    public string? VerifyStateProblem =>
        VerifyStateReading.Problem is { } problem ? $"error parsing verification state : '{problem}'" : null;

    /// <summary>The key the backup was made with; null without one, or unreadable.</summary>
    public KeyFingerprint? KeyFingerprint => KeyFingerprintReading.Value;

    /// <summary>The line PBS logs about a fingerprint it cannot read; null when there is nothing to say.</summary>
    public string? KeyFingerprintProblem =>
        KeyFingerprintReading.Problem is { } problem ? $"error parsing fingerprint: '{problem}'" : null;

    private Reading<SnapshotVerifyState> VerifyStateReading =>
        _verifyState ??= new(SnapshotVerifyState.Read(Member(VerifyStateName), out string? problem), problem);

    private Reading<KeyFingerprint?> KeyFingerprintReading =>
        _keyFingerprint ??= new(ReadFingerprint(Member(KeyFingerprintName), out string? problem), problem);

    public ChunkUploadStats? ChunkUploadStats => Formats.Manifests.ChunkUploadStats.FromJson(Member(ChunkUploadStatsName));

    /// <summary>Reads the decoded content of the blob.</summary>
    /// <exception cref="PbsFormatException">Not JSON (<c>unable to parse backup manifest json - …</c>), or members are
    /// missing or wrong.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> text) => Parse(text, shared: null);

    /// <summary>As above, with the short strings of the manifests before.</summary>
    internal static Manifest Parse(ReadOnlySpan<byte> text, Utf8StringCache? shared)
    {
        if (text.Length > MaxTextLength)
        {
            throw new PbsFormatException(PbsErrorId.ManifestInvalid, $"manifest too large ({text.Length} bytes).");
        }

        return ManifestMapping.ToManifest(JsonValue.Parse(
            text,
            PbsErrorId.ManifestInvalid,
            "unable to parse backup manifest json",
            shared));
    }

    /// <summary>A new manifest, unsigned.</summary>
    /// <param name="type">Of the snapshot.</param>
    /// <param name="id">Of the snapshot.</param>
    /// <param name="time">Unix seconds.</param>
    /// <param name="files">In the order of upload.</param>
    public static Manifest Create(BackupType type, string id, long time, params ManifestFile[] files) =>
        new(type, id, time, [.. files], JsonValue.From(JsonObject.Empty), null, null);

    /// <summary>The file of that name, the first one if a hostile manifest has two; null if there is none.</summary>
    public ManifestFile? Find(string fileName)
    {
        if (_byName is null)
        {
            var byName = new Dictionary<string, ManifestFile>(Files.Count);
            foreach (ManifestFile file in Files) byName.TryAdd(file.FileName, file);
            _byName = byName;
        }

        return _byName.GetValueOrDefault(fileName);
    }

    /// <summary>Compares what was found in the snapshot's folder with the record.</summary>
    /// <exception cref="PbsIntegrityException"><c>manifest does not contain file '…'</c>, <c>wrong size for file
    /// '…'</c>, <c>wrong checksum for file '…'</c>.</exception>
    public void VerifyFile(string fileName, in Digest checksum, ulong size)
    {
        ManifestFile file = Find(fileName)
            ?? throw new PbsIntegrityException(
                PbsErrorId.ManifestFileMissing,
                $"manifest does not contain file '{fileName}'",
                fileName);
        if (size != file.Size)
        {
            throw new PbsIntegrityException(
                PbsErrorId.ManifestFileMismatch,
                $"wrong size for file '{fileName}' ({file.Size} != {size})",
                fileName);
        }

        if (checksum != file.Checksum)
        {
            throw new PbsIntegrityException(
                PbsErrorId.ManifestFileMismatch,
                $"wrong checksum for file '{fileName}'",
                fileName);
        }
    }

    /// <summary>The text PBS writes for this manifest: sorted, indented, without members it does not know.</summary>
    public byte[] ToText() => JsonText.Pretty(ManifestMapping.ToJson(this));

    /// <summary>
    /// What a signature covers: the canonical text without signature and unprotected members. As long as a parsed
    /// manifest is unchanged, that is all of what stood in the file.
    /// </summary>
    /// <exception cref="PbsFormatException"><c>got unexpected null value</c>: such a manifest cannot be
    /// signed.</exception>
    public byte[] GetSignedBytes()
    {
        JsonObject members =
            _stored?.Without(ManifestMapping.UnprotectedMember).Without(ManifestMapping.SignatureMember)
                ?? ManifestMapping.ProtectedMembers(this);
        return JsonText.Canonical(JsonValue.From(members), PbsErrorId.ManifestInvalid);
    }

    public Manifest WithUnprotected(JsonObject unprotected) =>
        new(BackupType, BackupId, BackupTime, (ManifestFile[])Files, JsonValue.From(unprotected), Signature, null);

    /// <summary>Empty notes are stored as such.</summary>
    /// <exception cref="PbsFormatException">The unprotected member is no object.</exception>
    public Manifest WithNotes(string notes) => With(NotesName, JsonValue.From(notes));

    /// <inheritdoc cref="WithNotes"/>
    public Manifest WithVerifyState(SnapshotVerifyState state) => With(VerifyStateName, state.ToJson());

    /// <inheritdoc cref="WithNotes"/>
    public Manifest WithKeyFingerprint(KeyFingerprint fingerprint) =>
        With(KeyFingerprintName, JsonValue.From(fingerprint.ToString()));

    /// <inheritdoc cref="WithNotes"/>
    public Manifest WithChunkUploadStats(ChunkUploadStats stats) => With(ChunkUploadStatsName, stats.ToJson());

    /// <param name="signature">64 lower-case hex digits over <see cref="GetSignedBytes"/>, or null.</param>
    public Manifest WithSignature(string? signature) =>
        new(BackupType, BackupId, BackupTime, (ManifestFile[])Files, Unprotected, signature, null);

    private Manifest With(string name, JsonValue value)
    {
        JsonObject members = Unprotected.IsNull ? JsonObject.Empty : Unprotected.AsObject()
            ?? throw new PbsFormatException(
                PbsErrorId.ManifestInvalid,
                JsonShape.InvalidType(Unprotected, $"a map as {ManifestMapping.UnprotectedMember}"));
        return WithUnprotected(members.With(name, value));
    }

    private JsonValue Member(string name) => Unprotected.AsObject() is { } members ? members[name] : default;

    private static string FirstLine(string notes)
    {
        int end = notes.IndexOf('\n');
        if (end < 0) return notes;
        return notes[..(end > 0 && notes[end - 1] == '\r' ? end - 1 : end)];
    }

    private static KeyFingerprint? ReadFingerprint(JsonValue value, out string? problem)
    {
        problem = null;
        return !value.IsNull && JsonShape.TryText(value, out string text, out problem)
            ? ReadFingerprint(text, out problem)
            : null;
    }

    /// <summary>Colons may stand anywhere, as for PBS.</summary>
    internal static KeyFingerprint? ReadFingerprint(string text, out string? problem) =>
        HexText.TryDigest(text.Replace(":", "", StringComparison.Ordinal), out Digest digest, out problem)
            ? new KeyFingerprint(digest)
            : null;

    /// <summary>What a member came to, and what is wrong with it.</summary>
    private sealed record Reading<T>(T? Value, string? Problem);
}
