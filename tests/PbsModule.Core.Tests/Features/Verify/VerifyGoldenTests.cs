using System.Text.Json;
using System.Text.RegularExpressions;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Whole stores verified as a real PBS verified them: log lines, results, renamed chunks, states, both runs.</summary>
public sealed partial class VerifyGoldenTests : IDisposable
{
    private readonly ServerFolder _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("ds1", new[] { "verify.json" })]
    [InlineData("ds1-corrupt", new[] { "verify.json", "verify-second-run.json" })]
    public void A_store_is_verified_as_PBS_verifies_it(string name, string[] runs)
    {
        using GoldenStore golden = GoldenStore.Copy(name);
        _server.Register(("ds1", golden.Path, ""));
        foreach (string run in runs)
        {
            using JsonDocument expected = Corpus.Json($"{name}.expected/{run}");
            PbsEngine engine = _server.Session();
            Verification actual = Verification.Run(engine, engine.Resolver.Resolve("ds1"));
            Assert.Equal(Lines(expected, golden), Lines(actual, golden));
            Conformance.Agrees(Conformance.Verify, $"{name}, {run}, log");
            CheckFigures(expected, actual);
            Conformance.Agrees(Conformance.Verify, $"{name}, {run}, bytes read and decoded");
            CheckResults(expected, actual, golden);

            // Without locks nothing is recorded, so there is no second run to compare with.
            if (!NativeCode.HasLinux) break;
            CheckStates(expected, actual, golden);
            foreach (VerifyResult result in actual.Results) Conformance.Agrees(Conformance.Verify, $"{name}, {run}, {result}");
            if (expected.RootElement.TryGetProperty("bad-chunk-files-after", out JsonElement bad))
            {
                Assert.Equal(bad.EnumerateArray().Select(e => e.GetString()!), BadChunks(golden));
                Conformance.Agrees(Conformance.Verify, $"{name}, {run}, renamed chunks");
            }
        }
    }

    [Fact]
    public void Listings_show_the_states_that_PBS_shows()
    {
        NativeCodeTests.SkipWithoutCalls("nothing is recorded without locks");
        using GoldenStore golden = GoldenStore.Copy("ds1-corrupt");
        _server.Register(("ds1", golden.Path, ""));
        PbsEngine engine = _server.Session();
        Verification.Run(engine, engine.Resolver.Resolve("ds1"));
        using JsonDocument list = Corpus.Json("ds1-corrupt.expected/list-after-verify.root.json");
        Dictionary<string, string?> expected = list.RootElement.EnumerateArray().ToDictionary(
            item => new SnapshotPath(BackupNamespace.Root, GroupPath.Parse($"{item.GetProperty("backup-type").GetString()}/{item.GetProperty("backup-id").GetString()}"), item.GetProperty("backup-time").GetInt64()).ToString(),
            item => item.TryGetProperty("verification", out JsonElement state) && state.ValueKind == JsonValueKind.Object ? state.GetProperty("state").GetString() : null);
        Dictionary<string, string?> actual = engine.Snapshots.List(engine.Resolver.Resolve("ds1"), new SnapshotQuery(), static _ => { }, TestContext.Current.CancellationToken)
            .ToDictionary(snapshot => snapshot.ToString(), snapshot => snapshot.VerifyState == VerifyState.None ? null : snapshot.VerifyState.ToString().ToLowerInvariant());
        Assert.Equal(expected.OrderBy(pair => pair.Key), actual.OrderBy(pair => pair.Key));
        Conformance.Agrees(Conformance.Verify, "states in the listing afterwards");
    }

    [Fact]
    public void With_the_key_encrypted_snapshots_are_proven_and_tampering_with_signed_ones_is_found()
    {
        using GoldenStore golden = GoldenStore.Copy("ds1-corrupt");
        using CryptKey key = new(CryptKeyTests.Bare);
        _server.Register(("ds1", GoldenStore.Ds1.Path, ""), ("bad", golden.Path, ""));
        PbsEngine engine = _server.Session();
        VerifyScope[] scopes = [new(BackupNamespace.Root, GroupPath.Parse("host/enc")), new(BackupNamespace.Root, GroupPath.Parse("host/signed"))];
        Verification good = Verification.Run(engine, engine.Resolver.Resolve("ds1"), new VerifyQuery { Scopes = scopes, Key = key, NoStateUpdate = true });
        Assert.Equal("OK", good.State);
        Assert.All(good.Results, result => Assert.Equal(VerifyResultState.Ok, result.State));
        Assert.Equal(3, good.Results.Count);

        Verification bad = Verification.Run(engine, engine.Resolver.Resolve("bad"), new VerifyQuery { Scopes = [scopes[1]], Key = key, NoStateUpdate = true });
        VerifyResult signed = Assert.Single(bad.Results);
        Assert.Contains(signed.Errors, error => error is { FileName: "index.json.blob", Reason: "wrong signature in manifest" });
    }

    /// <summary>The log with what no two runs have in common taken out; chunks of one archive in an order of their own.</summary>
    private static string[] Lines(JsonDocument expected, GoldenStore golden) => Comparable(
        expected.RootElement.GetProperty("log").EnumerateArray().Select(line => line.GetString()!.Replace("{STORE}", golden.Parent, StringComparison.Ordinal))
            .TakeWhile(line => !line.StartsWith("TOTAL", StringComparison.Ordinal))
            .Where(line => NativeCode.HasLinux || !line.StartsWith("corrupted chunk renamed", StringComparison.Ordinal)));

    private static string[] Lines(Verification actual, GoldenStore golden)
    {
        if (NativeCode.HasLinux) Assert.Empty(actual.Warnings);
        else Assert.StartsWith("nothing is recorded", Assert.Single(actual.Warnings), StringComparison.Ordinal);
        return Comparable(actual.Log.TakeWhile(line => !line.StartsWith("Failed to verify", StringComparison.Ordinal)));
    }

    private static string[] Comparable(IEnumerable<string> lines)
    {
        List<string> all = [], chunks = [];
        foreach (string line in lines.Select(line => Speed().Replace(line, "in …")))
        {
            if (!line.StartsWith(' ') && line.Contains("chunk", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("verify", StringComparison.Ordinal))
            {
                chunks.Add(line);
                continue;
            }

            all.AddRange(chunks.Order(StringComparer.Ordinal));
            chunks.Clear();
            all.Add(line);
        }

        return [.. all];
    }

    private static void CheckFigures(JsonDocument expected, Verification actual)
    {
        IEnumerable<VerifiedFile> archives = actual.Results.SelectMany(result => result.Files).Where(file => !file.FileName.EndsWith(".blob", StringComparison.Ordinal));
        Assert.Equal(expected.RootElement.GetProperty("read-bytes").GetInt64(), archives.Sum(file => file.BytesRead));
        Assert.Equal(expected.RootElement.GetProperty("decoded-bytes").GetInt64(), archives.Sum(file => file.BytesDecoded));
    }

    private static void CheckResults(JsonDocument expected, Verification actual, GoldenStore golden)
    {
        var failed = expected.RootElement.GetProperty("failed").EnumerateArray().Select(text => text.GetString()!).ToList();
        Assert.Equal(failed, actual.Results.Where(result => result.State == VerifyResultState.Failed).Select(result => result.ToString()));
        if (failed.Count == 0)
        {
            Assert.Equal("OK", actual.State);
            return;
        }

        int at = actual.Log.ToList().IndexOf("Failed to verify the following snapshots/groups:");
        Assert.Equal(failed.Select(text => "\t" + text), actual.Log.Skip(at + 1));
        Assert.Equal("verification failed - please check the log for details", actual.State);
        Dictionary<string, VerifyResult> results = actual.Results.ToDictionary(result => result.ToString());
        foreach (JsonElement item in expected.RootElement.GetProperty("results").EnumerateArray())
        {
            VerifyResult result = results[item.GetProperty("snapshot").GetString()!];
            string? file = item.GetProperty("file").GetString(), error = item.GetProperty(file is null ? "manifest-load-error" : "error").GetString()?.Replace("{STORE}", golden.Parent, StringComparison.Ordinal);
            Assert.Equal(error, file is null ? Assert.Single(result.Errors).Reason : Assert.Single(result.Files, f => f.FileName == file).Reason);
        }
    }

    private static void CheckStates(JsonDocument expected, Verification actual, GoldenStore golden)
    {
        using var zstd = new ZstdDecoder();
        var failed = expected.RootElement.GetProperty("failed").EnumerateArray().Select(text => text.GetString()!).ToHashSet();
        int recorded = 0;
        foreach (VerifyResult result in actual.Results.Where(result => result.Recorded))
        {
            string path = golden.PathOf($"{result}/index.json.blob");
            byte[] text = DataBlob.Decode(File.ReadAllBytes(path), zstd);
            Manifest manifest = Manifest.Parse(text);
            Assert.Equal(manifest.ToText(), text);
            Assert.Equal(new SnapshotVerifyState(Upid.Parse(actual.Upid), failed.Contains(result.ToString()) ? VerifyOutcome.Failed : VerifyOutcome.Ok), manifest.VerifyState);
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(path));
            recorded++;
        }

        // All but those whose manifest cannot be loaded.
        Assert.Equal(actual.Results.Count(result => result.Files.Count > 0), recorded);
        Assert.True(recorded >= 20);
    }

    private static IEnumerable<string> BadChunks(GoldenStore golden) => Directory.EnumerateFiles(golden.PathOf(".chunks"), "*.bad", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(golden.Path, path)).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"in \d+\.\d\d seconds, speed .* MiB/s")]
    private static partial Regex Speed();
}
