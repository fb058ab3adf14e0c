using System.Management.Automation;
using PbsModule.Core.Errors;
using PbsModule.Core.Errors.Guide;
using PbsModule.Views;

namespace PbsModule.Presentation;

/// <summary>Maps failures to error records: stable id, category, target, recommended action.</summary>
internal static class ErrorRecords
{
    /// <summary>
    /// Returns null for an exception that is not a failure of the work (a bug, a stopped pipeline), which the caller
    /// must rethrow.
    /// </summary>
    /// <param name="error">The exception.</param>
    /// <param name="target">The object being processed; null for the exception's own target.</param>
    public static ErrorRecord? From(Exception error, object? target) => error switch
    {
        PbsException pbs => Record(pbs, pbs.ErrorId, Category(pbs), target ?? pbs.Target, pbs.RecommendedAction),
        UnauthorizedAccessException =>
            Record(error, PbsErrorId.PermissionDenied, ErrorCategory.PermissionDenied, target, null),
        IOException => Record(error, PbsErrorId.FileUnreadable, ErrorCategory.ReadError, target, null),
        // For a path of a missing drive or provider PowerShell has its own record.
        SessionStateException state => new ErrorRecord(state.ErrorRecord, state),
        _ => null,
    };

    /// <summary>Makes the record of an unexpected exception, for places that cannot throw.</summary>
    public static ErrorRecord OfFault(Exception error, object? target) =>
        Plain(new ErrorRecord(error, error.GetType().Name, ErrorCategory.NotSpecified, target), null);

    private static ErrorCategory Category(PbsException error) => error switch
    {
        { ErrorId: PbsErrorId.NotConnected or PbsErrorId.ConnectionClosed or PbsErrorId.ConnectionMismatch } =>
            ErrorCategory.ConnectionError,
        { ErrorId: PbsErrorId.TaskStillRunning or PbsErrorId.VerifyTimeOver } => ErrorCategory.OperationTimeout,
        { ErrorId: PbsErrorId.TaskStopped } => ErrorCategory.OperationStopped,
        { ErrorId: PbsErrorId.DestinationExists } => ErrorCategory.ResourceExists,
        { ErrorId: PbsErrorId.DestinationUnwritable } and PbsStorageException => ErrorCategory.WriteError,
        { ErrorId: PbsErrorId.FileSystemReadOnly } => ErrorCategory.WriteError,
        PbsNotFoundException => ErrorCategory.ObjectNotFound,
        PbsFormatException or PbsIntegrityException => ErrorCategory.InvalidData,
        PbsPermissionException => ErrorCategory.PermissionDenied,
        PbsLockedException => ErrorCategory.ResourceBusy,
        PbsArgumentException => ErrorCategory.InvalidArgument,
        PbsStorageException => ErrorCategory.ReadError,
        PbsPlatformException => ErrorCategory.NotInstalled,
        _ => ErrorCategory.InvalidOperation,
    };

    private static ErrorRecord Record(
        Exception error, string id, ErrorCategory category, object? target, string? action) =>
        Plain(new ErrorRecord(error, id, category, target), action ?? ErrorGuide.Find(id)?.Action);

    /// <summary>Removes control characters for terminals from a record.</summary>
    private static ErrorRecord Plain(ErrorRecord record, string? action)
    {
        string message = DisplayText.Plain(record.Exception.Message), target = record.CategoryInfo.TargetName,
            plainTarget = DisplayText.Plain(target);
        if (plainTarget != target) record.CategoryInfo.TargetName = plainTarget;
        if (action is null && message == record.Exception.Message) return record;
        record.ErrorDetails = new ErrorDetails(message) { RecommendedAction = DisplayText.Plain(action) };
        return record;
    }
}
