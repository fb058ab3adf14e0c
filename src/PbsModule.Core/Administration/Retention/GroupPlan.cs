using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>The decisions on all snapshots of one group, the oldest first, as rows of a plan.</summary>
internal static class GroupPlan
{
    /// <summary>
    /// The end of the reason to remove the newest snapshot that verified well, where none that did is kept.
    /// </summary>
    public const string LastVerified = ", the last one that verified well";

    private const string NothingKept = "no keep option";

    /// <param name="group">The group.</param>
    /// <param name="snapshots">Its snapshots, ascending by time.</param>
    /// <param name="verified">Which of them verified well.</param>
    /// <param name="settings">What is kept.</param>
    public static PrunePlanInfo[] Make(
        GroupIdentity group,
        ReadOnlySpan<PruneCandidate> snapshots,
        ReadOnlySpan<bool> verified,
        PruneSettings settings)
    {
        bool keepsAll = !settings.Keep.KeepsSomething;
        PruneDecision[] decisions = settings.Decide(snapshots);
        string fingerprint = PlanFingerprint.Of(settings, group, snapshots);
        int last = keepsAll ? -1 : LastVerifiedRemoved(decisions, verified);
        var rows = new PrunePlanInfo[decisions.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            PruneDecision decision = decisions[i];
            string reason = keepsAll && !snapshots[i].Protected ? NothingKept : decision.Reason(snapshots[i].Finished);
            rows[i] = new PrunePlanInfo(group, snapshots[i].Time)
            {
                Keep = keepsAll || decision.IsKept,
                Mark = decision.Word,
                Reason = i == last ? reason + LastVerified : reason,
                Protected = snapshots[i].Protected,
                Finished = snapshots[i].Finished,
                Plan = fingerprint,
                Settings = settings,
            };
        }

        return rows;
    }

    /// <summary>The newest that verified well, if none that did is kept; else -1.</summary>
    private static int LastVerifiedRemoved(PruneDecision[] decisions, ReadOnlySpan<bool> verified)
    {
        int last = -1;
        for (int i = 0; i < decisions.Length; i++)
        {
            if (!verified[i]) continue;
            if (decisions[i].IsKept) return -1;
            last = i;
        }

        return last;
    }
}
