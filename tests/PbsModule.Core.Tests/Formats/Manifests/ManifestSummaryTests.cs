using System.Text;
using System.Text.RegularExpressions;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>The listing's short cut says what the full parser says, on anything.</summary>
public sealed partial class ManifestSummaryTests
{
    private static readonly string[] Odd =
    [
        "null", "true", "0", "-0", "-1", "7", "1.5", "1e3", "1e400", "18446744073709551615", "18446744073709551616", new string('9', 310),
        "\"\"", "\"a\"", "\"vm\"", "\"v\\u006d\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"ok\"", "\"failed\"", "\"none\"", "\"encrypt\"", "\"zz\"",
        "\"one\\ntwo\"", "\"\\u000atwo\"", "\"one\\r\\ntwo\"", "\"\\r\"", "\"ä\\t\"", "[]", "{}", "[[],{\"a\":\"\\\\ud\"}]", "{\"\\udc00\":1}",
        "\"" + ManifestTests.Upids.Verify + "\"", "\"" + ManifestTests.Upids.Verify.ToLowerInvariant().Replace("upid:", "UPID:", StringComparison.Ordinal) + "\"",
        "\"" + new string('0', 64) + "\"", "\"" + new string('A', 64) + "\"", "\"" + string.Join(':', Enumerable.Repeat("ab", 32)) + "\"",
        new string('[', 125) + new string(']', 125), new string('[', 126) + new string(']', 126), new string('[', 127) + new string(']', 127),
    ];

    [Fact]
    public void Every_golden_manifest_is_summed_up_as_the_full_parser_reads_it()
    {
        var reader = new ManifestSummaryReader();
        foreach (string name in ManifestTests.GoldenNames)
        {
            byte[] text = ManifestTests.GoldenText(name);
            reader.Read(text);
            AssertSame(Manifest.Parse(text), reader);
        }
    }

    [Fact]
    public void Usual_manifests_cost_no_memory_once_their_texts_are_known()
    {
        var reader = new ManifestSummaryReader();
        byte[][] texts = [.. ManifestTests.GoldenNames.Where(name => !name.Contains("legacy", StringComparison.Ordinal)).Select(ManifestTests.GoldenText)];
        foreach (byte[] text in texts) reader.Read(text);

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] text in texts) reader.Read(text);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // Two of them have a comment that is not ASCII, which is not kept.
        Assert.True(allocated <= texts.Length * 16, $"{allocated} bytes for {texts.Length} manifests");
    }

    [Fact]
    public void What_was_read_before_does_not_show_through()
    {
        var reader = new ManifestSummaryReader();
        reader.Read(ManifestTests.GoldenText("root_host_enc_2024-04-02T08.00.00Z"));
        Assert.Equal(5, reader.Files.Length);
        Assert.True(reader.IsSigned);
        Assert.Throws<PbsFormatException>(() => reader.Read("{"u8));
        Assert.Equal((0, false, null, null), (reader.Files.Length, reader.IsSigned, reader.KeyFingerprint, reader.Comment));
        reader.Read("""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[]}"""u8);
        Assert.Equal((0, false, null, null), (reader.Files.Length, reader.IsSigned, reader.KeyFingerprint, reader.VerifyUpid));
    }

    [Fact]
    public void A_text_is_not_taken_for_a_task_because_it_was_seen_before()
    {
        var reader = new ManifestSummaryReader();
        reader.Read("""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[],"unprotected":{"notes":"UPID:x"}}"""u8);
        reader.Read("""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[],"unprotected":{"verify_state":{"state":"ok","upid":"UPID:x"}}}"""u8);
        Assert.Null(reader.VerifyOutcome);
        Assert.Equal("error parsing verification state : 'invalid value: string \"UPID:x\", expected a valid UPID'", reader.VerifyStateProblem);
    }

    [Fact]
    public void A_hostile_number_of_files_allocates_in_proportion()
    {
        const string file = """{"filename":"a","size":1,"csum":"0000000000000000000000000000000000000000000000000000000000000000"},""";
        string text = $$"""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[{{string.Concat(Enumerable.Repeat(file, 100_000)).TrimEnd(',')}}]}""";
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var reader = new ManifestSummaryReader();
        long before = GC.GetAllocatedBytesForCurrentThread();
        reader.Read(bytes);
        Assert.Equal(100_000, reader.Files.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, bytes.Length);
    }

    [Fact]
    public void Too_many_values_are_refused_wherever_they_are()
    {
        string zeros = string.Concat(Enumerable.Repeat("0,", 1 << 22));
        byte[] text = Encoding.UTF8.GetBytes($$"""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[],"unknown":[{{zeros}}0]}""");
        Assert.False(AssertSameVerdict(text, new ManifestSummaryReader()));
    }

    [Fact]
    public void Mutated_manifests_get_the_same_verdict_and_values()
    {
        var reader = new ManifestSummaryReader();
        MutationFuzz.Run([.. ManifestTests.GoldenNames.Select(ManifestTests.GoldenText)], input => AssertSameVerdict(input, reader), allocationLimit: 1 << 20);
    }

    [Fact]
    public void Odd_manifests_get_the_same_verdict_and_values()
    {
        var random = new Random(MutationFuzz.Seed);
        var reader = new ManifestSummaryReader();
        int accepted = 0;
        for (int i = 0; i < MutationFuzz.Count; i++)
        {
            string text = OddManifest(random);
            try
            {
                if (AssertSameVerdict(Encoding.UTF8.GetBytes(text), reader)) accepted++;
            }
            catch (Exception e) when (e is not PbsFormatException)
            {
                Assert.Fail($"PBS_FUZZ_SEED={MutationFuzz.Seed}, input {i}: {e.Message}\n{text}");
            }
        }

        Assert.InRange(accepted, MutationFuzz.Count / 10, MutationFuzz.Count);
    }

    [Fact]
    public void Printed_manifests_with_one_odd_value_get_the_same_verdict_and_values()
    {
        var reader = new ManifestSummaryReader();
        int accepted = 0;
        foreach (string text in ManifestTests.GoldenNames.Select(name => Encoding.UTF8.GetString(ManifestTests.GoldenText(name))).Append(PrintedManifest()))
        {
            foreach (Match value in PrintedValue().Matches(text))
            {
                foreach (string odd in Odd)
                {
                    if (AssertSameVerdict(Encoding.UTF8.GetBytes(text[..value.Index] + odd + text[(value.Index + value.Length)..]), reader)) accepted++;
                }
            }
        }

        Assert.InRange(accepted, 1000, int.MaxValue);
    }

    /// <summary>With everything that PBS writes into one.</summary>
    private static string PrintedManifest()
    {
        var task = new Upid("pbs", 1440, 74565, 16, 1_700_000_000, "verificationjob", "main:v-1f0cd2", "root@pam!a");
        Manifest manifest = Manifest.Create(BackupType.Ct, "100", 1_700_000_000, new ManifestFile("root.pxar.didx", CryptMode.SignOnly, 7, Digest.Of("a"u8)))
            .WithChunkUploadStats(new ChunkUploadStats(1, 2, 3, 4)).WithNotes("a \"quoted\" line\nanother").WithVerifyState(new SnapshotVerifyState(task, VerifyOutcome.Ok));
        return Encoding.UTF8.GetString(manifest.ToText());
    }

    [GeneratedRegex("""(?<=": )(?:"(?:[^"\\]|\\.)*"|[0-9]+|null)""")]
    private static partial Regex PrintedValue();

    private static bool AssertSameVerdict(byte[] text, ManifestSummaryReader reader)
    {
        Manifest manifest;
        try
        {
            manifest = Manifest.Parse(text);
        }
        catch (PbsFormatException e)
        {
            Assert.Equal(e.Message, Assert.Throws<PbsFormatException>(() => reader.Read(text)).Message);
            return false;
        }

        reader.Read(text);
        AssertSame(manifest, reader);
        return true;
    }

    private static void AssertSame(Manifest manifest, ManifestSummaryReader summary)
    {
        Assert.Equal(manifest.Files.Select(f => new ManifestFileSummary(f.FileName, f.Size, f.CryptMode)), summary.Files.ToArray());
        Assert.Equal(manifest.Comment, summary.Comment);
        Assert.Equal(manifest.VerifyState?.Outcome, summary.VerifyOutcome);
        Assert.Equal(manifest.VerifyState?.Upid.ToString(), summary.VerifyUpid);
        Assert.Equal(manifest.VerifyStateProblem, summary.VerifyStateProblem);
        Assert.Equal(manifest.KeyFingerprint?.ToString(), summary.KeyFingerprint);
        Assert.Equal(manifest.KeyFingerprintProblem, summary.KeyFingerprintProblem);
        Assert.Equal(manifest.Signature is not null, summary.IsSigned);
        Assert.Equal(manifest.SyncSourceSignature, summary.SyncSourceSignature);
    }

    [Theory]
    [InlineData("\"sync-source-signature\":\"a1\"", "a1")]
    [InlineData("\"change-detection-fingerprint\":\"b2\"", "b2")]
    [InlineData("\"change-detection-fingerprint\":\"b2\",\"sync-source-signature\":\"a1\"", "a1")]
    [InlineData("\"sync-source-signature\":\"a1\",\"change-detection-fingerprint\":\"b2\"", "a1")]
    [InlineData("\"sync-source-signature\":7,\"change-detection-fingerprint\":\"b2\"", "b2")]
    [InlineData("\"sync-source-signature\":null", null)]
    [InlineData("\"notes\":\"x\"", null)]
    public void The_source_of_an_encrypting_synchronization_is_shown_and_kept(string members, string? expected)
    {
        byte[] text = Encoding.UTF8.GetBytes("""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[],"unprotected":{""" + members + "}}");
        var manifest = Manifest.Parse(text);
        var reader = new ManifestSummaryReader();
        reader.Read(text);
        Assert.Equal((expected, expected), (manifest.SyncSourceSignature, reader.SyncSourceSignature));
        Assert.Equal(expected, Manifest.Parse(manifest.WithNotes("changed").ToText()).SyncSourceSignature);
        reader.Read("""{"backup-type":"vm","backup-id":"1","backup-time":5,"files":[]}"""u8);
        Assert.Null(reader.SyncSourceSignature);
    }

    private static string OddManifest(Random random)
    {
        string file = Object(random, [("filename", "\"a.blob\""), ("size", "5"), ("csum", $"\"{new string('0', 64)}\""), ("crypt-mode", "\"none\"")]);
        string state = Object(random, [("state", "\"ok\""), ("upid", $"\"{ManifestTests.Upids.Verify}\"")]);
        string unprotected = Object(random, [("notes", "\"first\\nsecond\""), ("verify_state", state), ("key-fingerprint", $"\"{string.Join(':', Enumerable.Repeat("0f", 32))}\""), ("chunk_upload_stats", "{}"), ("sync-source-signature", "\"s\""), ("change-detection-fingerprint", "\"c\"")]);
        return Object(random,
        [
            ("backup-type", "\"host\""), ("backup-id", "\"x\""), ("backup-time", "1"), ("files", $"[{file},{file}]"), ("signature", "null"), ("unprotected", unprotected),
        ]);
    }

    /// <summary>These members in any order; now and then one is missing, doubled, misspelt or odd.</summary>
    private static string Object(Random random, (string Name, string Value)[] members)
    {
        List<(string Name, string Value)> chosen = [.. members];
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(chosen));
        if (random.Next(3) == 0)
        {
            int at = random.Next(chosen.Count);
            string odd = Odd[random.Next(Odd.Length)];
            switch (random.Next(5))
            {
                case 0: chosen.RemoveAt(at); break;
                case 1: chosen.Insert(random.Next(chosen.Count + 1), (chosen[at].Name, odd)); break;
                case 2: chosen[at] = ($"\\u{(int)chosen[at].Name[0]:x4}{chosen[at].Name[1..]}", chosen[at].Value); break;
                case 3: chosen.Add(("extra", odd)); break;
                default: chosen[at] = (chosen[at].Name, odd); break;
            }
        }

        return $"{{{string.Join(',', chosen.Select(m => $"\"{m.Name}\":{m.Value}"))}}}";
    }
}
