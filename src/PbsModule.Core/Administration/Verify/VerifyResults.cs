using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>Makes the results of a run out of what was found.</summary>
/// <param name="store">The store.</param>
/// <param name="upid">The task; null for a check that is none.</param>
internal sealed class VerifyResults(DatastoreContext store, Upid? upid)
{
    private readonly string? _upid = upid?.ToString();

    /// <summary>Why a file is no good, in PBS's words; null where it is good.</summary>
    public static string? Reason(FileCheck file) =>
        file.Failure ?? (file.Errors > 0 ? "chunks could not be verified" : null);

    /// <summary>What is wrong with the files and the signature of a snapshot.</summary>
    public static List<VerifyError> ErrorsOf(SnapshotCheck check)
    {
        List<VerifyError> errors = [];
        if (check.SignatureProblem is { } problem) errors.Add(new VerifyError(Manifest.FileName, null, problem));
        foreach (FileCheck file in check.Files)
        {
            if (file.Failure is { } failure) errors.Add(new VerifyError(file.File.FileName, null, failure));
            foreach (FileFinding finding in file.Findings())
            {
                if (finding.Fault == ChunkFault.None) continue;
                errors.Add(new VerifyError(file.File.FileName, finding.Digest?.ToString(), finding.Reason));
            }
        }

        return errors;
    }

    /// <summary>The result of one snapshot.</summary>
    /// <param name="check">Its verification, which has ended.</param>
    /// <param name="state">How it ended.</param>
    /// <param name="errors">What is wrong.</param>
    /// <param name="recorded">Whether the state stands in the manifest.</param>
    /// <param name="reason">Why it was not verified.</param>
    public VerifyResult Of(
        SnapshotCheck check,
        VerifyResultState state,
        IReadOnlyList<VerifyError>? errors = null,
        bool recorded = false,
        string? reason = null)
    {
        VerifiedFile[] files = [.. check.Files.Select(Item)];
        long size = Sum(files.Select(file => file.Size));
        long unsampled = Sum(check.Files.Select(file => file.UnsampledBytes));
        return new VerifyResult(new GroupIdentity(store, check.Group.Namespace, check.Group.Path), check.Time.Time)
        {
            State = state,
            Errors = new VerifyList<VerifyError>(errors ?? []),
            Files = new VerifyList<VerifiedFile>(files),
            BytesRead = Sum(files.Select(file => file.BytesRead)),
            BytesVerified = Sum(files.Select(file => file.BytesVerified)),
            Coverage = Coverage(check.Stage, size, unsampled),
            Duration = check.Duration,
            Recorded = recorded,
            OtherKey = check.OtherKey,
            Cause = check.Cause,
            Reason = reason,
            Upid = _upid,
        };
    }

    private static double Coverage(SnapshotStage stage, long size, long unsampled) =>
        stage != SnapshotStage.Open ? 0
        : size == 0 ? 1
        : 1 - ((double)unsampled / size);

    private static VerifiedFile Item(FileCheck file) => new(
        file.File.FileName,
        StateOf(file),
        file.LogicalSize,
        file.BytesRead,
        file.BytesDecoded,
        file.BytesVerified,
        file.Errors,
        Reason(file));

    private static VerifyResultState StateOf(FileCheck file) =>
        file.IsBad ? VerifyResultState.Failed
        : file.IsPartial ? VerifyResultState.Skipped
        : file.IsUnsampled ? VerifyResultState.NotChecked
        : VerifyResultState.Ok;

    /// <summary>What damaged or crafted indexes claim may come to more than there are numbers.</summary>
    private static long Sum(IEnumerable<long> sizes) =>
        sizes.Aggregate(0L, (sum, size) => size > long.MaxValue - sum ? long.MaxValue : sum + size);
}
