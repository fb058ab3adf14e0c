using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>Why a datastore is opened: to read it, to change it, or only to know of it.</summary>
public enum DatastoreOperation
{
    Lookup,
    Read,
    Write,
}

/// <summary>The kinds of maintenance; <see cref="Unmount"/> and <see cref="S3Refresh"/> are of 4.x.</summary>
public enum MaintenanceType
{
    ReadOnly,
    Offline,
    Delete,
    Unmount,
    S3Refresh,
}

/// <summary>A datastore is under maintenance. Source: pbs-api-types MaintenanceMode.</summary>
/// <param name="Type">What is refused.</param>
/// <param name="Message">The administrator's note, percent-decoded; may be empty.</param>
public sealed record MaintenanceMode(MaintenanceType Type, string Message)
{
    /// <exception cref="PbsFormatException">The property string breaks its grammar or schema.</exception>
    public static MaintenanceMode Parse(string text)
    {
        PropertyString parsed = PropertyString.Read(text, DatastoreSchema.MaintenanceMode);
        MaintenanceType type = parsed.Text("type") switch
        {
            "read-only" => MaintenanceType.ReadOnly,
            "offline" => MaintenanceType.Offline,
            "delete" => MaintenanceType.Delete,
            "unmount" => MaintenanceType.Unmount,
            _ => MaintenanceType.S3Refresh,
        };
        return new MaintenanceMode(type, Uri.UnescapeDataString(parsed.Text("message") ?? ""));
    }

    /// <summary>Null if the operation is allowed, else PBS's refusal.</summary>
    public string? Refusal(string datastore, DatastoreOperation operation)
    {
        bool refused = Type == MaintenanceType.Delete
            || operation switch
            {
                DatastoreOperation.Lookup => false,
                DatastoreOperation.Write => true,
                _ => Type != MaintenanceType.ReadOnly,
            };
        return refused ? $"datastore '{datastore}' is {State}" : null;
    }

    /// <summary>The mode as PBS writes it: <c>read-only</c>.</summary>
    public override string ToString() => Type switch
    {
        MaintenanceType.ReadOnly => "read-only",
        MaintenanceType.Offline => "offline",
        MaintenanceType.Delete => "delete",
        MaintenanceType.Unmount => "unmount",
        _ => "s3-refresh",
    };

    // 3.2.4 words the first three; the others only exist with 4.x's wording.
    private string State => Type switch
    {
        MaintenanceType.Delete => "in datastore is being deleted",
        MaintenanceType.Unmount => "unavailable: datastore is being unmounted",
        MaintenanceType.S3Refresh => $"unavailable: S3 refresh maintenance mode: {Message}",
        _ => $"in {this} maintenance mode: {Message}",
    };
}
