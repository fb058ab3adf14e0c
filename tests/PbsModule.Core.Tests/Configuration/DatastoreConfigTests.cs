using System.Text;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>datastore.cfg as typed entries, read from a configuration root.</summary>
public sealed class DatastoreConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbs-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Every_property_is_typed()
    {
        DatastoreEntry entry = Parse(Encoding.UTF8.GetString(Corpus.Bytes("config/datastore.cfg"))).Find("main");
        Assert.Equal("/mnt/datastore/with blank/ä", entry.Path);
        Assert.Equal("Größe: 5 % \"quoted\" \\ # no comment", entry.Comment);
        Assert.Equal(("sat 18:15", "*-*-* 02:00"), (entry.GcSchedule, entry.PruneSchedule));
        Assert.Equal((3L, 1L, 7L, 4L, 12L, 99L), (entry.KeepLast, entry.KeepHourly, entry.KeepDaily, entry.KeepWeekly, entry.KeepMonthly, entry.KeepYearly));
        Assert.True(entry.VerifyNew);
        Assert.Equal(("alice@pbs", "gc=error,prune=always,sync=never,verify=always", "notification-system"), (entry.NotifyUser, entry.Notify, entry.NotificationMode));
        Assert.Equal(new DatastoreTuning(ChunkOrder.None, SyncLevel.File), entry.Tuning);
        Assert.Equal(new MaintenanceMode(MaintenanceType.ReadOnly, "moved to, the other \"host\""), entry.MaintenanceMode);
        Assert.False(entry.IsS3);
        Assert.Equal(16, entry.RawProperties.Count);
    }

    [Fact]
    public void Entries_keep_the_order_of_the_file()
    {
        DatastoreConfig config = Parse(Encoding.UTF8.GetString(Corpus.Bytes("config/datastore-order.cfg")));
        Assert.Equal(["zzz", "aaa", "ssd-pool_2", "m.1", "0ab", "A_b-c"], config.Entries.Select(entry => entry.Name));
        Assert.Equal("no such datastore 'nope'", Assert.Throws<PbsNotFoundException>(() => config.Find("nope")).Message);
    }

    [Fact]
    public void A_repeated_store_is_one_entry() =>
        Assert.Equal("/b", Assert.Single(Parse("datastore: main\n\tpath /a\n\ndatastore: main\n\tpath /b\n").Entries).Path);

    [Fact]
    public void Newer_properties_are_known()
    {
        DatastoreEntry entry = Parse(
            """
            datastore: usb
                path backup/store
                backing-device 1234abcd-0000-1111-2222-0123456789ab
                gc-on-unmount 1
                tuning gc-atime-cutoff=60,default-verification-workers=8
                maintenance-mode unmount

            datastore: cloud
                path /var/cache/s3
                backend type=s3,client=wasabi,bucket=b1,max-cache-size=20 GiB
                notification-thresholds get=100
                counter-reset-schedule monthly

            """).Find("usb");
        Assert.Equal(("/mnt/datastore/usb", "backup/store"), (entry.Path, entry.ConfiguredPath));
        Assert.True(entry.GcOnUnmount);
        Assert.Equal((60, 8, 1), (entry.Tuning.GcAtimeCutoff, entry.Tuning.DefaultVerificationWorkers, entry.Tuning.DefaultVerificationReaders));
        Assert.Equal(MaintenanceType.Unmount, entry.MaintenanceMode!.Type);
    }

    [Theory]
    [InlineData("s3,client=abc,bucket=b", null)]
    [InlineData("filesystem", null)]
    [InlineData("type=s3,client=abc", "'bucket': missing option bucket, required for backend type s3")]
    [InlineData("bucket=b", "'bucket': additional option bucket, not allowed for backend type filesystem")]
    public void A_backend_needs_what_belongs_to_it(string backend, string? error)
    {
        string text = $"datastore: main\n\tpath /a\n\tbackend {backend}\n";
        if (error is null) Assert.Equal(backend.StartsWith("s3", StringComparison.Ordinal), Parse(text).Find("main").IsS3);
        else Assert.EndsWith(error, Assert.Throws<PbsFormatException>(() => Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read-only,message=back%20at%20noon", "", "", "datastore 'main' is in read-only maintenance mode: back at noon")]
    [InlineData("offline", "", "datastore 'main' is in offline maintenance mode: ", "datastore 'main' is in offline maintenance mode: ")]
    [InlineData("type=delete", "datastore 'main' is in datastore is being deleted", "datastore 'main' is in datastore is being deleted", "datastore 'main' is in datastore is being deleted")]
    [InlineData("unmount", "", "datastore 'main' is unavailable: datastore is being unmounted", "datastore 'main' is unavailable: datastore is being unmounted")]
    [InlineData("s3-refresh", "", "datastore 'main' is unavailable: S3 refresh maintenance mode: ", "datastore 'main' is unavailable: S3 refresh maintenance mode: ")]
    public void Maintenance_refuses_by_operation(string mode, string lookup, string read, string write)
    {
        DatastoreEntry entry = Parse($"datastore: main\n\tpath /a\n\tmaintenance-mode {mode}\n").Find("main");
        Assert.Equal((lookup, read, write), (Refusal(DatastoreOperation.Lookup), Refusal(DatastoreOperation.Read), Refusal(DatastoreOperation.Write)));

        string Refusal(DatastoreOperation operation)
        {
            try
            {
                entry.Demand(operation);
                return "";
            }
            catch (PbsConflictException e)
            {
                Assert.Equal(PbsErrorId.DatastoreUnavailable, e.ErrorId);
                return e.Message;
            }
        }
    }

    [Fact]
    public void A_missing_file_is_empty_and_a_missing_root_is_told()
    {
        Assert.Empty(DatastoreConfig.Load(new ConfigurationRoot(_folder)).Entries);
        var root = new ConfigurationRoot(Path.Combine(_folder, "none"));
        var thrown = Assert.Throws<PbsNotFoundException>(() => DatastoreConfig.Load(root));
        Assert.Equal((PbsErrorId.ConfigurationNotFound, root.Path), (thrown.ErrorId, thrown.Target));
    }

    [Fact]
    public void A_file_is_parsed_again_only_when_it_changed()
    {
        var root = new ConfigurationRoot(_folder);
        Assert.Empty(root.Datastores.Entries);
        Write("datastore: main\n\tpath /a\n", 10);
        DatastoreConfig first = root.Datastores;
        Assert.Same(first, root.Datastores);
        Write("datastore: main\n\tpath /b\n", 11);
        Assert.Equal("/b", root.Datastores.Find("main").Path);
        File.Delete(root.PathOf("datastore.cfg"));
        Assert.Empty(root.Datastores.Entries);
    }

    [Fact]
    public void A_damaged_file_is_told_each_time_until_it_is_mended()
    {
        var root = new ConfigurationRoot(_folder);
        Write("datastore: main\n", 10);
        for (int i = 0; i < 2; i++)
        {
            var thrown = Assert.Throws<PbsFormatException>(() => root.Datastores);
            Assert.Equal($"parsing \"{root.PathOf("datastore.cfg")}\" failed: line 1 - property 'path' is missing and it is not optional.", thrown.Message);
            Assert.Equal(root.PathOf("datastore.cfg"), thrown.File);
        }

        Write("datastore: main\n\tpath /a\n", 10);
        Assert.Single(root.Datastores.Entries);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_unreadable()
    {
        var root = new ConfigurationRoot(_folder);
        Directory.CreateDirectory(root.PathOf("datastore.cfg"));
        var thrown = Assert.Throws<PbsStorageException>(() => root.Datastores);
        Assert.Equal((PbsErrorId.ConfigurationUnreadable, root.PathOf("datastore.cfg")), (thrown.ErrorId, thrown.Target));
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_file_keeps_nobody_waiting()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("pipes by name are made with mkfifo, on Linux");
        var root = new ConfigurationRoot(_folder);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [root.PathOf("datastore.cfg")])) mkfifo.WaitForExit();
        NativeCodeTests.SkipWithoutCalls("without native calls it passes for an empty file");
        Task<DatastoreConfig> read = Task.Run(() => root.Datastores, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<PbsStorageException>(() => read.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.EndsWith("datastore.cfg\" - not a regular file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var root = new ConfigurationRoot(_folder);
        File.WriteAllBytes(root.PathOf("datastore.cfg"), [0x64, 0xFF, 0xFE]);
        Assert.Contains("stream did not contain valid UTF-8", Assert.Throws<PbsFormatException>(() => root.Datastores).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("daily", true)]
    [InlineData("mon..fri 2:30", true)]
    [InlineData("SAT,sun 8:00:05 UTC", true)]
    [InlineData("2021-02-29", true)]
    [InlineData("*-*-* 02:00", true)]
    [InlineData("4..10/2:0", true)]
    [InlineData("*:3:5", true)]
    [InlineData("*", true)]
    [InlineData("tue", true)]
    [InlineData("mon *:*", true)]
    [InlineData("2020-7..9-2/2", true)]
    [InlineData("monthly UTC", true)]
    [InlineData("25:00", false)]
    [InlineData("8:60", false)]
    [InlineData("13-1", false)]
    [InlineData("9..4:0", false)]
    [InlineData("mon..", false)]
    [InlineData("8:00 mon", false)]
    [InlineData("", false)]
    [InlineData("UTC", false)]
    public void Schedules_are_checked(string text, bool valid) =>
        Assert.Equal(valid, PbsModule.Core.Formats.Calendar.CalendarEvent.Check(text) is null);

    private static DatastoreConfig Parse(string text) => DatastoreConfig.Parse(ConfigurationText.Decode("/etc/datastore.cfg", Encoding.UTF8.GetBytes(text)));

    private void Write(string text, int second)
    {
        string path = Path.Combine(_folder, "datastore.cfg");
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, new DateTime(2024, 5, 1, 10, 0, second, DateTimeKind.Utc));
    }
}
