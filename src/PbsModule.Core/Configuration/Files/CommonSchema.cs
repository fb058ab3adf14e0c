using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Formats.Calendar;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Configuration.Files;

/// <summary>Schemas that several files share. Source: pbs-api-types.</summary>
internal static class CommonSchema
{
    public static StringSchema DatastoreId { get; } =
        new(DatastoreName.MinLength, DatastoreName.MaxLength, StringForm.SafeIdentifier);

    public static StringSchema JobId { get; } = new(3, 32, StringForm.SafeIdentifier);

    public static StringSchema RemoteId { get; } = new(3, 32, StringForm.SafeIdentifier);

    public static StringSchema UserIdentity { get; } = new(3, 64, StringForm.UserId);

    public static StringSchema TokenIdentity { get; } = new(3, 64, StringForm.TokenId);

    public static StringSchema AuthIdentity { get; } = new(3, 64, StringForm.AuthId);

    public static StringSchema Comment { get; } = new(0, 128, StringForm.SingleLine);

    public static StringSchema Schedule { get; } = new(form: CalendarEvent.Check);

    public static StringSchema Namespace { get; } = new(0, BackupNamespace.MaxLength, StringForm.Namespace);

    public static IntegerSchema MaxDepth { get; } = new(0, BackupNamespace.MaxDepth);

    public static IntegerSchema Keep { get; } = new(1);

    public static IReadOnlyList<Property> KeepOptions { get; } =
    [
        new("keep-last", Keep),
        new("keep-hourly", Keep),
        new("keep-daily", Keep),
        new("keep-weekly", Keep),
        new("keep-monthly", Keep),
        new("keep-yearly", Keep),
    ];
}
