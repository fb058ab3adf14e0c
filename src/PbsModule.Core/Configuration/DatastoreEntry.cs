using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>A datastore as datastore.cfg describes it.</summary>
public sealed class DatastoreEntry
{
    /// <summary>Below it 4.x mounts datastores on removable devices.</summary>
    private const string MountFolder = "/mnt/datastore";

    private readonly ConfigSection _section;

    /// <param name="section">A section of type <c>datastore</c> that passed the schema.</param>
    internal DatastoreEntry(ConfigSection section)
    {
        _section = section;
        MaintenanceMode = section.Text("maintenance-mode") is { } mode ? MaintenanceMode.Parse(mode) : null;
        Tuning = section.Text("tuning") is { } tuning ? DatastoreTuning.Parse(tuning) : DatastoreTuning.Default;
        IsS3 = section.Text("backend") is { } backend
            && PropertyString.Read(backend, DatastoreSchema.Backend).Text("type") == "s3";
    }

    public string Name => _section.Id;

    /// <summary>Where the content lies: the configured path, or the mount point of a removable datastore.</summary>
    public string Path => BackingDevice is null ? ConfiguredPath : $"{MountFolder}/{Name}";

    /// <summary>
    /// The <c>path</c> property: absolute, but relative to the device where there is a <see cref="BackingDevice"/>.
    /// </summary>
    public string ConfiguredPath => _section.Text("path")!;

    public string? Comment => _section.Text("comment");

    public MaintenanceMode? MaintenanceMode { get; }

    public DatastoreTuning Tuning { get; }

    /// <summary>The content lies in an S3 bucket; the path holds only a cache (4.x).</summary>
    public bool IsS3 { get; }

    /// <summary>The bucket of a store in S3; null for a plain folder (4.x).</summary>
    public string? Bucket => PartOfBackend("bucket");

    /// <summary>The id in s3.cfg of the server that has the bucket; null for a plain folder (4.x).</summary>
    public string? S3Endpoint => PartOfBackend("client");

    /// <summary>The <c>backend</c> property string, null for a plain folder (4.x).</summary>
    public string? Backend => _section.Text("backend");

    /// <summary>UUID of the partition of a removable datastore (4.x).</summary>
    public string? BackingDevice => _section.Text("backing-device");

    public bool GcOnUnmount => _section.Flag("gc-on-unmount") ?? false;

    public string? GcSchedule => _section.Text("gc-schedule");

    /// <summary>Of releases before prune jobs; 3.2.4 still keeps it.</summary>
    public string? PruneSchedule => _section.Text("prune-schedule");

    public long? KeepLast => _section.Number("keep-last");

    public long? KeepHourly => _section.Number("keep-hourly");

    public long? KeepDaily => _section.Number("keep-daily");

    public long? KeepWeekly => _section.Number("keep-weekly");

    public long? KeepMonthly => _section.Number("keep-monthly");

    public long? KeepYearly => _section.Number("keep-yearly");

    /// <summary>Whether new backups are verified when they are done.</summary>
    public bool VerifyNew => _section.Flag("verify-new") ?? false;

    /// <summary>The <c>notify</c> property string.</summary>
    public string? Notify => _section.Text("notify");

    public string? NotifyUser => _section.Text("notify-user");

    /// <summary><c>legacy-sendmail</c> or <c>notification-system</c>; null leaves the choice to the release.</summary>
    public string? NotificationMode => _section.Text("notification-mode");

    /// <summary>Request limits of an S3 store, a property string (4.x).</summary>
    public string? NotificationThresholds => _section.Text("notification-thresholds");

    public string? CounterResetSchedule => _section.Text("counter-reset-schedule");

    /// <summary>
    /// Every property that is set, by its name in the file: <see cref="bool"/>, <see cref="long"/> or
    /// <see cref="string"/>.
    /// </summary>
    public IReadOnlyDictionary<string, object> RawProperties => _section.Properties;

    /// <exception cref="PbsConflictException"><c>datastore '{name}' is in read-only maintenance mode: …</c></exception>
    public void Demand(DatastoreOperation operation)
    {
        if (MaintenanceMode?.Refusal(Name, operation) is { } refusal)
        {
            throw new PbsConflictException(PbsErrorId.DatastoreUnavailable, refusal, Name);
        }
    }

    public override string ToString() => Name;

    private string? PartOfBackend(string key) => Backend is { } backend
        ? PropertyString.Read(backend, DatastoreSchema.Backend).Text(key)
        : null;
}
