using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Features.Verify;

/// <summary>Builds the results of a run from its findings.</summary>
/// <param name="store">The store.</param>
/// <param name="upid">UPID of the worker task; null if the verification is not a task.</param>
internal sealed class VerifyResults(DatastoreContext store, Upid? upid)
{
    private readonly string? _upid = upid?.ToString();

    /// <summary>Returns the failure of a file, in PBS's words; null if the file is good.</summary>
    public static string? Reason(FileCheck file) =>
        file.Failure ?? (file.Errors > 0 ? "chunks could not be verified" : null);

    /// <summary>Returns the faults of a snapshot's files and signature.</summary>
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

    /// <summary>Builds the result of one snapshot.</summary>
    /// <param name="check">Its verification, which has ended.</param>
    /// <param name="state">The outcome.</param>
    /// <param name="errors">The faults.</param>
    /// <param name="recorded">Whether the state was written to the manifest.</param>
    /// <param name="reason">The reason why it was not verified.</param>
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
        return new VerifyResult(new GroupIdentity(store, check.Path.Namespace, check.Path.Group), check.Path.Time)
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

    /// <summary>Adds sizes, limited to the largest number, because damaged or crafted indexes may claim more.</summary>
    private static long Sum(IEnumerable<long> sizes) =>
        sizes.Aggregate(0L, (sum, size) => size > long.MaxValue - sum ? long.MaxValue : sum + size);
}
