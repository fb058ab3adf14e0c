using System.Diagnostics;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>
/// Everything that reads, without one native call of ours: the golden tests once more, in a process where <c>PBS_NATIVE=off</c> lets no library be
/// loaded, as on a system that has none of them.
/// </summary>
public sealed class NativeCodeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    /// <summary>All that reads a store, its configuration, its tasks and its archives, as a real server left them.</summary>
    private static readonly string[] Readers =
    [
        nameof(NativeCodeTests), nameof(GoldenStoreTests), nameof(ListingGoldenTests), nameof(ListingQueryTests), nameof(AccessGoldenTests), nameof(AclGoldenTests),
        nameof(CatalogTests), nameof(CatalogItemTests), nameof(FileSearchTests), nameof(FindDatastoreTests), nameof(ManifestTests), nameof(ManifestSummaryTests),
        nameof(ManifestSignatureTests), nameof(IndexFileTests), nameof(ChunkIndexTests), nameof(SnapshotFileSaveTests), nameof(MappedStoreTests), nameof(PortableRestoreTests), nameof(VerifyGoldenTests), nameof(ConnectionTests),
        nameof(DatastoreConfigTests), nameof(CryptKeyTests), nameof(KeyFileTests), nameof(TaskListTests), nameof(TaskLogTests), nameof(ArchiveItemTests), nameof(PxarTests), nameof(RrdGoldenTests), nameof(DatastoreMetricTests), nameof(IdentityTests), nameof(WildcardNameTests),
        nameof(AesGcmTests), nameof(EncryptedBlobTests), nameof(ScryptTests),
    ];

    /// <summary>Skips what is about the calls themselves where none may be made.</summary>
    internal static void SkipWithoutCalls(string why)
    {
        if (!NativeCode.IsAllowed) Skip.Because(why);
    }

    [Fact]
    public async Task Golden_reading_needs_no_native_code()
    {
        SkipWithoutCalls("this is the process without native code");
        var start = new ProcessStartInfo(SecondProcess.Host, [typeof(NativeCodeTests).Assembly.Location, .. Readers.SelectMany(name => (string[])["-class", "*." + name])])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[NativeCode.Variable] = NativeCode.Off;
        start.Environment["PBS_FUZZ_COUNT"] = "200";
        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        string text;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            text = await process.StandardOutput.ReadToEndAsync(limit.Token) + await errors;
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        Assert.True(process.ExitCode == 0, text);
        string total = text.Split('\n').Last(line => line.Contains("Total:", StringComparison.Ordinal));
        Assert.Contains("Failed: 0", total, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(total);
    }

    [Fact]
    public void Off_means_that_nothing_is_loaded()
    {
        if (NativeCode.IsAllowed) Skip.Because("native code is allowed in this process");
        Assert.False(LibZstd.IsPresent);
        Assert.True(new ZstdDecoder().IsManaged);
        Assert.False(OpenSsl.IsUsable);
        Assert.Throws<DllNotFoundException>(() => LibC.EffectiveUser());
        PbsPlatformException error = Assert.Throws<PbsPlatformException>(() => new ZstdEncoder(ZstdImplementation.Library));
        Assert.Equal(PbsErrorId.ZstdMissing, error.ErrorId);
        Assert.Contains("PBS_NATIVE=off", error.Message, StringComparison.Ordinal);
        Assert.Contains("PBS_NATIVE", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Throws<PbsPlatformException>(() => LibCrypt.Hash("x"u8, "$5$salt$"));
        Assert.IsType<PortableFileMutations>(FileMutations.Default);
        Assert.Same(FolderAccess.Portable.GetType(), FolderAccess.Default.GetType());
        if (!OperatingSystem.IsLinux()) return;
        string mapped = File.ReadAllText("/proc/self/maps");
        Assert.DoesNotContain("libzstd", mapped, StringComparison.Ordinal);
        Assert.DoesNotContain("libcrypt.so", mapped, StringComparison.Ordinal);
    }

    [Fact]
    public void Locks_that_cannot_be_taken_forbid_to_write()
    {
        if (NativeCode.IsAllowed) Skip.Because("native code is allowed in this process");
        PbsModule.Core.Storage.Locks.LockEnvironment found = PbsModule.Core.Storage.Locks.LockEnvironment.Probe(Path.GetTempPath(), Path.GetTempPath());
        Assert.Equal(PbsModule.Core.Storage.Locks.LockVisibility.OtherSystem, found.Visibility);
        Assert.Equal(PbsErrorId.LocksNotVisible, Assert.Throws<PbsLockedException>(() => found.DemandVisible("/store", force: false)).ErrorId);
    }

    [Theory]
    [InlineData("managed", ZstdImplementation.Managed)]
    [InlineData("Managed", ZstdImplementation.Managed)]
    [InlineData("library", ZstdImplementation.Library)]
    [InlineData("anything", ZstdImplementation.Automatic)]
    [InlineData("", ZstdImplementation.Automatic)]
    [InlineData(null, ZstdImplementation.Automatic)]
    public void The_environment_chooses_what_decodes(string? value, ZstdImplementation expected)
    {
        Assert.Equal(expected, ZstdChoice.Parse(value));
        using ZstdDecoder managed = new(ZstdImplementation.Managed);
        Assert.True(managed.IsManaged);
    }

    [Fact]
    public void Only_few_ask_which_system_this_is()
    {
        string[] may = ["NativeCode.cs", "OsError.cs", "ProcessTable.cs", "LibCrypt.cs", "LocalAccount.cs", "PortableTargetFolder.cs"];
        string core = Path.Combine(Corpus.RepositoryRoot, "src", "PbsModule.Core");
        IEnumerable<string> others = Directory.GetFiles(core, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !may.Contains(Path.GetFileName(file)))
            .Where(file => File.ReadAllText(file).Contains("OperatingSystem.IsLinux", StringComparison.Ordinal))
            .Select(file => Path.GetFileName(file));
        Assert.True(!others.Any(), $"{string.Join(", ", others)}: ask NativeCode.HasLinux, which knows whether calls may be made");
    }
}
