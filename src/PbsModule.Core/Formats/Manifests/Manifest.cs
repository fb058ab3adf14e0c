using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// The manifest of a snapshot (<c>index.json.blob</c>): its files with sizes and checksums, and the members that may
/// change afterwards (<see cref="Unprotected"/>). Immutable. The With methods return the manifest that PBS would write
/// after the change. Source: pbs-datastore <c>manifest.rs</c>.
/// </summary>
public sealed class Manifest
{
    /// <summary>The name of the manifest in the folder of the snapshot.</summary>
    public const string FileName = "index.json.blob";

    /// <summary>The largest size of the text in bytes. A blob cannot contain more.</summary>
    public const int MaxTextLength = DataBlob.MaxBlobSize;

    private const string NotesName = "notes";
    private const string VerifyStateName = "verify_state";
    private const string KeyFingerprintName = "key-fingerprint";
    internal const string SyncSourceName = "sync-source-signature";
    internal const string OldSyncSourceName = "change-detection-fingerprint";
    private const string ChunkUploadStatsName = "chunk_upload_stats";

    // The members of the file, including unknown ones, because a signature covers them too.
    private readonly JsonObject? _stored;
    private Dictionary<string, ManifestFile>? _byName;

    // Read on first use, because callers that write a manifest or use only its files do not need them.
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

    /// <summary>The backup id. It is any text: PBS does not check that it equals the name of the folder.</summary>
    public string BackupId { get; }

    /// <summary>The backup time in Unix seconds.</summary>
    public long BackupTime { get; }

    /// <summary>The files in the order of their upload.</summary>
    public IReadOnlyList<ManifestFile> Files { get; }

    /// <summary>The members that no signature covers. They are an object in every manifest that PBS wrote.</summary>
    public JsonValue Unprotected { get; }

    /// <summary>
    /// The signature, or null if the manifest is unsigned. It is 64 hex digits if a client wrote it, but may be any
    /// text.
    /// </summary>
    public string? Signature { get; }

    /// <summary>The notes with all lines, or null if there are none or the member is not text.</summary>
    public string? Notes => Member(NotesName).AsString();

    /// <summary>
    /// The part of the notes that listings show: the first line without its line end. Null if there are no notes or
    /// they are empty.
    /// </summary>
    public string? Comment => Notes is { Length: > 0 } notes ? FirstLine(notes) : null;

    /// <summary>The result of the last verification, or null if there is none or it cannot be read.</summary>
    public SnapshotVerifyState? VerifyState => VerifyStateReading.Value;

    /// <summary>The line that PBS logs about a verify state that it cannot read, or null.</summary>
    public string? VerifyStateProblem =>
        VerifyStateReading.Problem is { } problem ? $"error parsing verification state : '{problem}'" : null;

    /// <summary>
    /// The fingerprint of the key that the backup used, or null if there is none or it cannot be read.
    /// </summary>
    public KeyFingerprint? KeyFingerprint => KeyFingerprintReading.Value;

    /// <summary>The line that PBS logs about a fingerprint that it cannot read, or null.</summary>
    public string? KeyFingerprintProblem =>
        KeyFingerprintReading.Problem is { } problem ? $"error parsing fingerprint: '{problem}'" : null;

    private Reading<SnapshotVerifyState> VerifyStateReading =>
        _verifyState ??= new(SnapshotVerifyState.Read(Member(VerifyStateName), out string? problem), problem);

    private Reading<KeyFingerprint?> KeyFingerprintReading =>
        _keyFingerprint ??= new(ReadFingerprint(Member(KeyFingerprintName), out string? problem), problem);

    /// <summary>
    /// What identifies the manifest at the source of a synchronization that encrypted or decrypted the backup (4.1.13,
    /// and 4.1.9 under another name); null for any other backup.
    /// </summary>
    public string? SyncSourceSignature =>
        Member(SyncSourceName).AsString() ?? Member(OldSyncSourceName).AsString();

    public ChunkUploadStats? ChunkUploadStats =>
        Formats.Manifests.ChunkUploadStats.FromJson(Member(ChunkUploadStatsName));

    /// <summary>Reads the decoded content of the blob.</summary>
    /// <exception cref="PbsFormatException">
    /// The text is not JSON (<c>unable to parse backup manifest json - …</c>), or members are missing or wrong.
    /// </exception>
    public static Manifest Parse(ReadOnlySpan<byte> text) => Parse(text, shared: null);

    /// <summary>Reads the content and shares short strings with the previous manifests.</summary>
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

    /// <summary>Creates an unsigned manifest.</summary>
    /// <param name="type">The backup type of the snapshot.</param>
    /// <param name="id">The backup id of the snapshot.</param>
    /// <param name="time">The backup time in Unix seconds.</param>
    /// <param name="files">The files in the order of their upload.</param>
    public static Manifest Create(BackupType type, string id, long time, params ManifestFile[] files) =>
        new(type, id, time, [.. files], JsonValue.From(JsonObject.Empty), null, null);

    /// <summary>
    /// Returns the file with a name, or null if there is none. If a manipulated manifest lists a name twice, returns
    /// the first one.
    /// </summary>
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

    /// <summary>Compares a file in the folder of the snapshot with the manifest.</summary>
    /// <exception cref="PbsIntegrityException">
    /// The file does not match: <c>manifest does not contain file '…'</c>, <c>wrong size for file '…'</c>, or <c>wrong
    /// checksum for file '…'</c>.
    /// </exception>
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

    /// <summary>
    /// Returns the text that PBS writes for this manifest: sorted, indented, and without members that PBS does not
    /// know.
    /// </summary>
    public byte[] ToText() => JsonText.Pretty(ManifestMapping.ToJson(this));

    /// <summary>
    /// Returns the bytes that a signature covers: the canonical text without the signature and the unprotected members.
    /// For a parsed manifest that was not changed, these include all other members of the file.
    /// </summary>
    /// <exception cref="PbsFormatException">
    /// The manifest contains a null and cannot be signed: <c>got unexpected null value</c>.
    /// </exception>
    public byte[] GetSignedBytes()
    {
        JsonObject members =
            _stored?.Without(ManifestMapping.UnprotectedMember).Without(ManifestMapping.SignatureMember)
                ?? ManifestMapping.ProtectedMembers(this);
        return JsonText.Canonical(JsonValue.From(members), PbsErrorId.ManifestInvalid);
    }

    public Manifest WithUnprotected(JsonObject unprotected) =>
        new(BackupType, BackupId, BackupTime, (ManifestFile[])Files, JsonValue.From(unprotected), Signature, null);

    /// <summary>Returns the manifest with a changed unprotected member. Empty notes are stored as empty text.</summary>
    /// <exception cref="PbsFormatException">The unprotected member is not an object.</exception>
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

    /// <summary>Reads a fingerprint. As in PBS, colons are ignored at any place.</summary>
    internal static KeyFingerprint? ReadFingerprint(string text, out string? problem) =>
        HexText.TryDigest(text.Replace(":", "", StringComparison.Ordinal), out Digest digest, out problem)
            ? new KeyFingerprint(digest)
            : null;

    /// <summary>The value of a member, and the reason why it cannot be read.</summary>
    private sealed record Reading<T>(T? Value, string? Problem);
}
