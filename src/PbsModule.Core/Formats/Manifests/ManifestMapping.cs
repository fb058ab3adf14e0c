using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// Converts between the JSON of a manifest and its members. Members are checked in the order of their names, and
/// missing members in the order of PBS's declaration, because the first error found is the one that is reported.
/// </summary>
internal static class ManifestMapping
{
    public const string BackupTypeMember = "backup-type";
    public const string BackupIdMember = "backup-id";
    public const string BackupTimeMember = "backup-time";
    public const string FilesMember = "files";
    public const string UnprotectedMember = "unprotected";
    public const string SignatureMember = "signature";
    public const string FileNameMember = "filename";
    public const string CryptModeMember = "crypt-mode";
    public const string SizeMember = "size";
    public const string ChecksumMember = "csum";

    // In the order of PBS's declaration, which its error messages show.
    private static readonly BackupType[] Types = [BackupType.Vm, BackupType.Ct, BackupType.Host];
    private static readonly CryptMode[] CryptModes = [CryptMode.None, CryptMode.Encrypt, CryptMode.SignOnly];
    private static readonly string[] TypeWords = Array.ConvertAll(Types, type => type.Text());
    private static readonly string[] CryptModeWords = Array.ConvertAll(CryptModes, mode => mode.ToText());

    /// <exception cref="PbsFormatException">A member is missing or not valid.</exception>
    public static Manifest ToManifest(JsonValue json)
    {
        JsonObject members = json.AsObject() ?? throw Invalid(JsonShape.InvalidType(json, "struct BackupManifest"));
        string? id = Text(members, BackupIdMember);
        long? time = members.TryGet(BackupTimeMember, out JsonValue seconds) ? Time(seconds) : null;
        BackupType? type = members.TryGet(BackupTypeMember, out JsonValue word) ? Types[Word(word, TypeWords)] : null;
        ManifestFile[]? files = members.TryGet(FilesMember, out JsonValue list) ? ToFiles(list) : null;
        string? signature = members[SignatureMember].IsNull ? null : Text(members, SignatureMember);

        if (type is null) throw Invalid(JsonShape.MissingField(BackupTypeMember));
        if (id is null) throw Invalid(JsonShape.MissingField(BackupIdMember));
        if (time is null) throw Invalid(JsonShape.MissingField(BackupTimeMember));
        if (files is null) throw Invalid(JsonShape.MissingField(FilesMember));
        JsonValue unprotected =
            members.TryGet(UnprotectedMember, out JsonValue value) ? value : JsonValue.From(JsonObject.Empty);
        return new Manifest(type.Value, id, time.Value, files, unprotected, signature, members);
    }

    /// <summary>
    /// Returns the JSON that PBS writes: only these members, without any other members of the original file.
    /// </summary>
    public static JsonValue ToJson(Manifest manifest) => JsonValue.From(ProtectedMembers(manifest)
        .With(SignatureMember, manifest.Signature is { } signature ? JsonValue.From(signature) : JsonValue.Null)
        .With(UnprotectedMember, manifest.Unprotected));

    /// <summary>Returns the members that a signature covers.</summary>
    public static JsonObject ProtectedMembers(Manifest manifest)
    {
        var files = new JsonValue[manifest.Files.Count];
        for (int i = 0; i < files.Length; i++) files[i] = FileToJson(manifest.Files[i]);
        return JsonObject.From(
            KeyValuePair.Create(BackupIdMember, JsonValue.From(manifest.BackupId)),
            KeyValuePair.Create(BackupTimeMember, JsonValue.From(manifest.BackupTime)),
            KeyValuePair.Create(BackupTypeMember, JsonValue.From(manifest.BackupType.Text())),
            KeyValuePair.Create(FilesMember, JsonValue.FromItems(files)));
    }

    private static ManifestFile[] ToFiles(JsonValue list)
    {
        if (list.Kind != JsonKind.Array) throw Invalid(JsonShape.InvalidType(list, "a sequence"));
        var files = new ManifestFile[list.Items.Length];
        for (int i = 0; i < files.Length; i++) files[i] = ToFile(list.Items[i]);
        return files;
    }

    private static ManifestFile ToFile(JsonValue json)
    {
        JsonObject members = json.AsObject() ?? throw Invalid(JsonShape.InvalidType(json, "struct FileInfo"));

        // Manifests of versions before 0.8.0 do not have this member.
        CryptMode mode = members.TryGet(CryptModeMember, out JsonValue word)
            ? CryptModes[Word(word, CryptModeWords)]
            : CryptMode.None;
        Digest? checksum = members.TryGet(ChecksumMember, out JsonValue digits) ? ToDigest(digits) : null;
        string? name = Text(members, FileNameMember);
        if (!members.TryGet(SizeMember, out JsonValue bytes))
        {
            throw Invalid(JsonShape.MissingField(name is null ? FileNameMember : SizeMember));
        }

        if (!JsonShape.TryUInt64(bytes, out ulong size, out string? error)) throw Invalid(error);
        if (name is null) throw Invalid(JsonShape.MissingField(FileNameMember));
        return new ManifestFile(name, mode, size, checksum ?? throw Invalid(JsonShape.MissingField(ChecksumMember)));
    }

    private static JsonValue FileToJson(ManifestFile file) => JsonValue.From(JsonObject.From(
        KeyValuePair.Create(CryptModeMember, JsonValue.From(file.CryptMode.ToText())),
        KeyValuePair.Create(ChecksumMember, JsonValue.From(file.Checksum.ToString())),
        KeyValuePair.Create(FileNameMember, JsonValue.From(file.FileName)),
        KeyValuePair.Create(SizeMember, JsonValue.From(file.Size))));

    private static string? Text(JsonObject members, string name)
    {
        if (!members.TryGet(name, out JsonValue value)) return null;
        return JsonShape.TryText(value, out string text, out string? error) ? text : throw Invalid(error);
    }

    private static long Time(JsonValue value) =>
        JsonShape.TryInt64(value, out long seconds, out string? error) ? seconds : throw Invalid(error);

    private static int Word(JsonValue value, string[] words) =>
        JsonShape.TryWord(value, words, out int index, out string? error) ? index : throw Invalid(error);

    private static Digest ToDigest(JsonValue value)
    {
        if (!JsonShape.TryText(value, out string text, out string? error, "a hex encoded string")) throw Invalid(error);
        return HexText.TryDigest(text, out Digest digest, out error) ? digest : throw Invalid(error);
    }

    private static PbsFormatException Invalid(string reason) => new(PbsErrorId.ManifestInvalid, reason);
}
