using PbsModule.Core.Datastores;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Features.Prune;

/// <summary>Turns the decisions on all snapshots of a group, the oldest first, into rows of a plan.</summary>
internal static class GroupPlan
{
    /// <summary>
    /// End of the reason to remove the newest successfully verified snapshot if no other such snapshot is kept.
    /// </summary>
    public const string LastVerified = ", the last one that verified well";

    private const string NothingKept = "no keep option";

    /// <param name="group">The group.</param>
    /// <param name="snapshots">Its snapshots, in ascending order of time.</param>
    /// <param name="verified">Whether each was verified successfully.</param>
    /// <param name="settings">The keep options.</param>
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

    /// <summary>Returns the newest successfully verified snapshot if none of them is kept; else -1.</summary>
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
