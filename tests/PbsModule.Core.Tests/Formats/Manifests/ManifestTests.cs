using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Zstd;
using JsonValue = PbsModule.Core.Formats.Json.JsonValue;

namespace PbsModule.Core.Tests;

/// <summary>Manifests as PBS wrote, changed, signed and refused them.</summary>
public sealed class ManifestTests
{
    // Put there by hand, so not in the form PBS writes.
    private const string HandMade = "root_host_legacy_";

    private static readonly byte[] GoldenKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<string> Golden => [.. GoldenNames];

    internal static string[] GoldenNames { get; } =
        [.. Directory.GetFiles(Corpus.PathOf("ds1.expected/manifests")).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).Select(name => name!)];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Changed_and_changed_back_it_is_byte_identical(string name)
    {
        byte[] text = GoldenText(name);
        Manifest manifest = Manifest.Parse(text);
        byte[] rewritten = manifest.ToText();
        if (!name.StartsWith(HandMade, StringComparison.Ordinal))
        {
            Assert.Equal(text, rewritten);
            Conformance.Agrees(Conformance.Formats, $"manifest {name} rewritten");
        }

        JsonObject before = manifest.Unprotected.AsObject()!;
        Manifest changed = manifest.WithNotes("other\nnotes \"\u0007").WithVerifyState(new SnapshotVerifyState(Upid.Parse(Upids.Verify), VerifyOutcome.Failed));
        Manifest reread = Manifest.Parse(changed.ToText());
        Assert.Equal("other\nnotes \"\u0007", reread.Notes);
        Assert.Equal(VerifyOutcome.Failed, reread.VerifyState!.Outcome);
        Assert.NotEqual(rewritten, changed.ToText());
        Assert.Equal(rewritten, reread.WithUnprotected(before).ToText());
        Assert.Equal(rewritten, Manifest.Parse(rewritten).ToText());
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void The_store_holds_this_text_and_listings_show_what_it_says(string name)
    {
        (string ns, string type, string id, string time) = Split(name);
        string folder = $"{string.Concat(ns.Split('_').Where(part => part != "root").Select(part => $"ns/{part}/"))}{type}/{id}/{time}";
        using var zstd = new ZstdDecoder();
        byte[] text = DataBlob.Decode(GoldenStore.Ds1.Bytes($"{folder}/{Manifest.FileName}"), zstd);
        Assert.Equal(GoldenText(name), text);

        Manifest manifest = Manifest.Parse(text);
        Assert.True(BackupTime.TryParse(time, out long seconds, out _, out _));
        Assert.Equal((type, id, seconds), (manifest.BackupType.Text(), manifest.BackupId, manifest.BackupTime));
        using JsonDocument list = Corpus.Json($"ds1.expected/list.{ns}.json");
        JsonElement item = list.RootElement.EnumerateArray().Single(s => Text(s, "backup-type") == type && Text(s, "backup-id") == id && s.GetProperty("backup-time").GetInt64() == seconds);
        Assert.Equal(Text(item, "comment"), manifest.Comment);
        Assert.Equal(Text(item, "fingerprint"), manifest.KeyFingerprint?.ToString());
        Assert.Equal(item.TryGetProperty("verification", out JsonElement state) ? Text(state, "upid") : null, manifest.VerifyState?.Upid.ToString());
        Assert.Equal(item.TryGetProperty("verification", out state) ? Text(state, "state") : null, manifest.VerifyState?.Outcome.ToString().ToLowerInvariant());
        Assert.Equal(ListedFiles(item), manifest.Files.Select(f => (f.FileName, f.CryptMode.ToText(), f.Size)));
        Conformance.Agrees(Conformance.Formats, $"manifest {name}");
        Assert.Equal(manifest.Signature is null ? "none" : "sign-only", Text(item.GetProperty("files").EnumerateArray().Single(f => Text(f, "filename") == Manifest.FileName), "crypt-mode"));
    }

    [Fact]
    public void Problems_are_logged_in_PBS_words()
    {
        string[] logged = [.. File.ReadLines(Corpus.PathOf("ds1.expected/list.root.stderr.txt")).Where(line => line.StartsWith("error parsing", StringComparison.Ordinal))];
        string?[] told = [.. GoldenNames.Where(name => name.StartsWith("root_", StringComparison.Ordinal)).Select(name => Manifest.Parse(GoldenText(name)))
            .SelectMany(m => new[] { m.KeyFingerprintProblem, m.VerifyStateProblem }).Where(line => line is not null)];
        Assert.Equal(2, logged.Length);
        Assert.Equal(logged, told);
    }

    [Fact]
    public void Signatures_of_golden_manifests_cover_the_signed_bytes()
    {
        using var key = new CryptKey(GoldenKey);
        Manifest[] signed = [.. GoldenNames.Select(name => Manifest.Parse(GoldenText(name))).Where(m => m.Signature is not null)];
        Assert.Equal(3, signed.Length);
        foreach (Manifest manifest in signed)
        {
            Assert.Equal(manifest.Signature, Sign(manifest, key));
            Assert.Equal(key.Fingerprint, manifest.KeyFingerprint);
            Assert.Equal(manifest.GetSignedBytes(), manifest.WithNotes("not signed").GetSignedBytes());
            Assert.NotEqual(manifest.GetSignedBytes(), WithoutLastFile(manifest).GetSignedBytes());
        }
    }

    [Fact]
    public void Vector_of_the_signature()
    {
        using var key = new CryptKey(Convert.FromHexString("28cdb1a3bef39396c3860e00d448fe7a0efd8244486ab6feb30457681d31597e"));
        Manifest manifest = Manifest.Create(BackupType.Host, "elsa", 1593179765,
            new ManifestFile("test1.img.fidx", CryptMode.Encrypt, 200, Filled(1)), new ManifestFile("abc.blob", CryptMode.None, 200, Filled(2)));
        string expected = $$"""{"backup-id":"elsa","backup-time":1593179765,"backup-type":"host","files":[{"crypt-mode":"encrypt","csum":"{{Filled(1)}}","filename":"test1.img.fidx","size":200},{"crypt-mode":"none","csum":"{{Filled(2)}}","filename":"abc.blob","size":200}]}""";
        Assert.Equal(expected, Encoding.UTF8.GetString(manifest.GetSignedBytes()));
        Assert.Equal("d7b446fb7db081662081d4b40fedd858a1d6307a5aff4ecff7d5bf4fd35679e9", Sign(manifest, key));
        Assert.Equal(Encoding.UTF8.GetString(manifest.GetSignedBytes()), Encoding.UTF8.GetString(Manifest.Parse(manifest.ToText()).GetSignedBytes()));
    }

    [Fact]
    public void Vector_of_the_text()
    {
        string expected = $$"""
            {
              "backup-id": "100",
              "backup-time": 1600000000,
              "backup-type": "vm",
              "files": [
                {
                  "crypt-mode": "none",
                  "csum": "{{Filled(1)}}",
                  "filename": "drive-scsi0.img.fidx",
                  "size": 10
                }
              ],
              "signature": null,
              "unprotected": {}
            }
            """.ReplaceLineEndings("\n");
        Manifest manifest = Manifest.Create(BackupType.Vm, "100", 1600000000, new ManifestFile("drive-scsi0.img.fidx", CryptMode.None, 10, Filled(1)));
        Assert.Equal(expected, Encoding.UTF8.GetString(manifest.ToText()));
        Assert.Equal(expected.Replace("null", $"\"{new string('a', 64)}\"", StringComparison.Ordinal), Encoding.UTF8.GetString(manifest.WithSignature(new string('a', 64)).ToText()));
    }

    [Fact]
    public void What_PBS_adds_after_a_backup_comes_out_as_PBS_writes_it()
    {
        byte[] golden = GoldenText("root_ct_101_2024-03-01T22.15.00Z");
        Manifest manifest = Manifest.Parse(golden);
        Assert.Equal(new ChunkUploadStats(2, 172027, 131989, 0), manifest.ChunkUploadStats);
        Manifest again = manifest.WithUnprotected(JsonObject.Empty)
            .WithVerifyState(manifest.VerifyState!).WithNotes(manifest.Notes!).WithChunkUploadStats(manifest.ChunkUploadStats!.Value);
        Assert.Equal(golden, again.ToText());

        byte[] signed = GoldenText("root_host_signed_2024-04-01T09.00.00Z");
        Manifest other = Manifest.Parse(signed);
        Manifest made = Manifest.Create(other.BackupType, other.BackupId, other.BackupTime, [.. other.Files])
            .WithKeyFingerprint(other.KeyFingerprint!.Value).WithChunkUploadStats(other.ChunkUploadStats!.Value).WithSignature(other.Signature);
        Assert.Equal(signed, made.ToText());
    }

    [Fact]
    public void Unknown_members_count_for_the_signature_and_go_with_a_change()
    {
        byte[] text = Encoding.UTF8.GetBytes("""{"zz":[1,{"b":2,"a":1.50}],"backup-type":"vm","backup-id":"1","backup-time":5,"files":[],"unprotected":{"x":{"y":null}},"signature":"s"}""");
        Manifest manifest = Manifest.Parse(text);
        Assert.Equal("""{"backup-id":"1","backup-time":5,"backup-type":"vm","files":[],"zz":[1,{"a":1.5,"b":2}]}""", Encoding.UTF8.GetString(manifest.GetSignedBytes()));
        Manifest changed = Manifest.Parse(manifest.WithNotes("n").ToText());
        Assert.Equal("""{"backup-id":"1","backup-time":5,"backup-type":"vm","files":[]}""", Encoding.UTF8.GetString(changed.GetSignedBytes()));
        Assert.Equal("""{"notes":"n","x":{"y":null}}""", changed.Unprotected.ToString());
        Assert.Equal("s", changed.Signature);

        var error = Assert.Throws<PbsFormatException>(() => Manifest.Parse("""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[],"q":null}"""u8).GetSignedBytes());
        Assert.Equal("got unexpected null value", error.Reason);
    }

    [Theory]
    [InlineData("not json", "unable to parse backup manifest json - expected ident at line 1 column 2")]
    [InlineData("[]", "invalid type: sequence, expected struct BackupManifest")]
    [InlineData("{}", "missing field `backup-type`")]
    [InlineData("""{"backup-type":"vm"}""", "missing field `backup-id`")]
    [InlineData("""{"backup-type":"VM"}""", "unknown variant `VM`, expected one of `vm`, `ct`, `host`")]
    [InlineData("""{"backup-type":7}""", "invalid type: integer `7`, expected string or map")]
    [InlineData("""{"backup-type":"vm","backup-id":"1"}""", "missing field `backup-time`")]
    [InlineData("""{"backup-type":"vm","backup-id":null}""", "invalid type: null, expected a string")]
    [InlineData("""{"backup-time":1.0}""", "invalid type: floating point `1.0`, expected i64")]
    [InlineData("""{"backup-time":9223372036854775808}""", "invalid value: integer `9223372036854775808`, expected i64")]
    [InlineData("""{"backup-type":"vm","backup-id":"1","backup-time":1}""", "missing field `files`")]
    [InlineData("""{"files":{}}""", "invalid type: map, expected a sequence")]
    [InlineData("""{"files":[1]}""", "invalid type: integer `1`, expected struct FileInfo")]
    [InlineData("""{"files":[{}]}""", "missing field `filename`")]
    [InlineData("""{"files":[{"filename":"a"}]}""", "missing field `size`")]
    [InlineData("""{"files":[{"filename":"a","size":1}]}""", "missing field `csum`")]
    [InlineData("""{"files":[{"filename":"a","size":-1}]}""", "invalid value: integer `-1`, expected u64")]
    [InlineData("""{"files":[{"csum":"abc"}]}""", "Odd number of digits")]
    [InlineData("""{"files":[{"csum":"abcd"}]}""", "Invalid string length")]
    [InlineData("""{"files":[{"csum":5}]}""", "invalid type: integer `5`, expected a hex encoded string")]
    [InlineData("""{"files":[{"csum":"000000000000000000000000000000000000000000000000000000000000000g"}]}""", "Invalid character 'g' at position 63")]
    [InlineData("""{"files":[{"crypt-mode":"sign"}]}""", "unknown variant `sign`, expected one of `none`, `encrypt`, `sign-only`")]
    [InlineData("""{"signature":1}""", "invalid type: integer `1`, expected a string")]
    public void What_is_wrong_is_said(string text, string reason)
    {
        var error = Assert.Throws<PbsFormatException>(() => Manifest.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(PbsErrorId.ManifestInvalid, error.ErrorId);
        Assert.Equal(reason, error.Reason);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("7", "invalid type: integer `7`, expected struct SnapshotVerifyState")]
    [InlineData("{}", "missing field `upid`")]
    [InlineData("""{"state":"maybe","upid":"xx"}""", "unknown variant `maybe`, expected `ok` or `failed`")]
    [InlineData("""{"state":"ok","upid":"xx"}""", "invalid value: string \"xx\", expected a valid UPID")]
    [InlineData("""{"state":"ok","upid":1}""", "invalid type: integer `1`, expected a valid UPID")]
    [InlineData($$"""{"upid":"{{Upids.Verify}}"}""", "missing field `state`")]
    public void Verify_states_are_read_or_reported(string state, string? problem)
    {
        Manifest manifest = Minimal($$"""{"verify_state":{{state}}}""");
        Assert.Null(manifest.VerifyState);
        Assert.Equal(problem is null ? null : $"error parsing verification state : '{problem}'", manifest.VerifyStateProblem);
    }

    [Theory]
    [InlineData("null", null, null)]
    [InlineData("\"zz\"", null, "Invalid string length")]
    [InlineData("17", null, "invalid type: integer `17`, expected a string")]
    [InlineData("\"0E:abd4460b6eb9ca:345023dee2b778c790e54a1683b9659c0a57ae199090159b\"", "0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b", null)]
    public void Fingerprints_are_read_or_reported(string member, string? fingerprint, string? problem)
    {
        Manifest manifest = Minimal($$"""{"key-fingerprint":{{member}}}""");
        Assert.Equal(fingerprint, manifest.KeyFingerprint?.ToString());
        Assert.Equal(problem is null ? null : $"error parsing fingerprint: '{problem}'", manifest.KeyFingerprintProblem);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"notes":""}""", null)]
    [InlineData("""{"notes":5}""", null)]
    [InlineData("""{"notes":"one"}""", "one")]
    [InlineData("""{"notes":"one\ntwo"}""", "one")]
    [InlineData("""{"notes":"one\r\ntwo"}""", "one")]
    [InlineData("""{"notes":"one\r"}""", "one\r")]
    [InlineData("""{"notes":"\ntwo"}""", "")]
    [InlineData("\"text\"", null)]
    [InlineData("null", null)]
    public void A_comment_is_the_first_line(string unprotected, string? comment) => Assert.Equal(comment, Minimal(unprotected).Comment);

    [Fact]
    public void Only_an_object_can_be_changed()
    {
        Assert.Equal("""{"notes":"x"}""", Minimal("null").WithNotes("x").Unprotected.ToString());
        Assert.Equal(PbsErrorId.ManifestInvalid, Assert.Throws<PbsFormatException>(() => Minimal("[]").WithNotes("x")).ErrorId);
    }

    [Fact]
    public void Files_are_checked_against_the_record_size_first()
    {
        Manifest manifest = Manifest.Create(BackupType.Vm, "1", 0, new ManifestFile("a.blob", CryptMode.None, 10, Filled(1)), new ManifestFile("a.blob", CryptMode.None, 11, Filled(2)));
        manifest.VerifyFile("a.blob", Filled(1), 10);
        Assert.Equal("manifest does not contain file 'b.blob'", Refusal("b.blob", 1, 10));
        Assert.Equal("wrong size for file 'a.blob' (10 != 12)", Refusal("a.blob", 3, 12));
        Assert.Equal("wrong checksum for file 'a.blob'", Refusal("a.blob", 2, 10));

        string Refusal(string name, byte fill, ulong size) => Assert.Throws<PbsIntegrityException>(() => manifest.VerifyFile(name, Filled(fill), size)).Message;
    }

    [Fact]
    public void Unknown_unprotected_members_survive_any_change() => Prop.ForAll<string, string, int>((name, notes, number) =>
    {
        if (!IsUnicode(name) || !IsUnicode(notes) || name is "notes" or "verify_state") return true;
        JsonObject members = JsonObject.From(KeyValuePair.Create(name, JsonValue.FromItems(JsonValue.From(number / 4.0), JsonValue.From(number), JsonValue.Null)));
        Manifest manifest = Manifest.Create(BackupType.Ct, name, number, new ManifestFile(notes, CryptMode.SignOnly, (ulong)(uint)number, Filled(7))).WithUnprotected(members);
        Manifest reread = Manifest.Parse(manifest.WithNotes(notes).ToText());
        return reread.Notes == notes && reread.BackupId == name && reread.Files[0] == manifest.Files[0]
            && Manifest.Parse(reread.WithUnprotected(reread.Unprotected.AsObject()!.Without("notes")).ToText()).ToText().AsSpan().SequenceEqual(manifest.ToText());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_longer_than_a_blob_is_not_looked_at() =>
        Assert.Equal("manifest too large (134217729 bytes).", Assert.Throws<PbsFormatException>(() => Manifest.Parse(new byte[Manifest.MaxTextLength + 1])).Reason);

    [Fact]
    public void Mutated_manifests_are_read_or_refused() => MutationFuzz.Run([.. GoldenNames.Select(GoldenText)], static input =>
    {
        Manifest manifest = Manifest.Parse(input);
        byte[] text = manifest.ToText();
        Assert.Equal(manifest.Files, Manifest.Parse(text).Files);
        _ = manifest.Find("x");
        _ = manifest.ChunkUploadStats;
        _ = manifest.GetSignedBytes();
    }, allocationLimit: 1 << 20);

    internal static byte[] GoldenText(string name) => Corpus.Bytes($"ds1.expected/manifests/{name}.json");

    private static Manifest Minimal(string unprotected) =>
        Manifest.Parse(Encoding.UTF8.GetBytes($$"""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[],"unprotected":{{unprotected}}}"""));

    private static Manifest WithoutLastFile(Manifest manifest) =>
        Manifest.Create(manifest.BackupType, manifest.BackupId, manifest.BackupTime, [.. manifest.Files.SkipLast(1)]);

    private static string Sign(Manifest manifest, CryptKey key)
    {
        byte[] tag = new byte[CryptKey.TagSize];
        key.ComputeTag(manifest.GetSignedBytes(), tag);
        return Convert.ToHexStringLower(tag);
    }

    private static Digest Filled(byte value) => new([.. Enumerable.Repeat(value, Digest.Size)]);

    private static bool IsUnicode(string text) => text is not null && text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static IEnumerable<(string, string, ulong)> ListedFiles(JsonElement item) => item.GetProperty("files").EnumerateArray()
        .Where(f => f.TryGetProperty("size", out _) && Text(f, "filename") != Manifest.FileName)
        .Select(f => (Text(f, "filename")!, Text(f, "crypt-mode")!, f.GetProperty("size").GetUInt64()));

    private static (string Namespace, string Type, string Id, string Time) Split(string name)
    {
        string[] parts = name.Split('_');
        int type = Array.FindIndex(parts, part => part is "vm" or "ct" or "host");
        return (string.Join('_', parts[..type]), parts[type], string.Join('_', parts[(type + 1)..^1]), parts[^1].Replace('.', ':'));
    }

    /// <summary>Task names for these tests.</summary>
    internal static class Upids
    {
        public const string Verify = "UPID:pbs:00000C6B:00A5F1A2:00000004:5EF5FF15:verify:ds1:root@pam:";
    }
}
