using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Verify;

/// <summary>A snapshot that is to be verified and is opened when its turn comes.</summary>
internal interface IVerifiedSnapshot : IDisposable
{
    SnapshotPath Path { get; }

    /// <summary>Locks it and gives its content; once.</summary>
    /// <param name="refusal">Why it cannot be verified; null where it can.</param>
    /// <returns>The content, which holds the lock; null where there is a refusal.</returns>
    /// <exception cref="PbsStorageException">There are no handles or no memory left.</exception>
    ISnapshotContent? Open(out VerifyRefusal? refusal);
}

/// <summary>Why a snapshot cannot be verified.</summary>
/// <param name="IsSkipped">It is in use or gone, which is no failure.</param>
/// <param name="Reason">Why, in PBS's words.</param>
/// <param name="Line">The log line about a failure, without the snapshot's name.</param>
/// <param name="Cause">What it comes from; null where that is no error.</param>
internal sealed record VerifyRefusal(bool IsSkipped, string Reason, string Line, PbsException? Cause)
{
    /// <summary>The refusal of a snapshot whose manifest cannot be loaded.</summary>
    public static VerifyRefusal OfManifest(PbsException failure)
    {
        string reason = (failure as PbsFormatException)?.Reason ?? failure.Message;
        return new VerifyRefusal(false, reason, $"manifest load error: {reason}", failure);
    }
}
