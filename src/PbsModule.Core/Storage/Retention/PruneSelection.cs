namespace PbsModule.Core.Storage.Retention;

/// <summary>What pruning looks at in a snapshot.</summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="Finished">Whether it has a manifest.</param>
/// <param name="Protected">Whether it carries the marker.</param>
internal readonly record struct PruneCandidate(long Time, bool Finished, bool Protected);

/// <summary>
/// Which snapshots of a group are kept. The rules choose one after the other, each from the newest to the oldest and in
/// periods of local time; what a rule has passed over for a newer one of the same period no later rule keeps. Source:
/// PBS pbs-datastore prune.rs.
/// </summary>
internal static class PruneSelection
{
    /// <param name="snapshots">All snapshots of one group, in any order.</param>
    /// <param name="keep">How many each rule keeps.</param>
    /// <param name="zone">Whose hours, days and weeks count: that of the server the datastore belongs to.</param>
    /// <returns>One decision for each, in the order of <paramref name="snapshots"/>.</returns>
    public static PruneDecision[] Decide(ReadOnlySpan<PruneCandidate> snapshots, KeepOptions keep, TimeZoneInfo zone)
    {
        var decisions = new PruneDecision[snapshots.Length];
        int[] newestFirst = NewestFirst(snapshots);
        MarkUnfinished(snapshots, newestFirst, decisions);
        var periods = new LocalPeriods(snapshots, zone);
        foreach (KeepRule rule in KeepOptions.Rules)
        {
            if (keep.CountOf(rule) is int count) Select(rule, count, snapshots, newestFirst, periods, decisions);
        }

        for (int i = 0; i < decisions.Length; i++)
        {
            if (snapshots[i].Protected) decisions[i] = new PruneDecision(PruneMark.Protected);
            else if (decisions[i].Mark == PruneMark.None) decisions[i] = new PruneDecision(PruneMark.Remove);
        }

        return decisions;
    }

    private static int[] NewestFirst(ReadOnlySpan<PruneCandidate> snapshots)
    {
        var times = new long[snapshots.Length];
        var order = new int[snapshots.Length];
        for (int i = 0; i < order.Length; i++)
        {
            times[i] = -snapshots[i].Time;
            order[i] = i;
        }

        Array.Sort(times, order);
        return order;
    }

    /// <summary>Of what is unfinished only the newest of all snapshots may still be at work.</summary>
    private static void MarkUnfinished(
        ReadOnlySpan<PruneCandidate> snapshots,
        int[] newestFirst,
        PruneDecision[] decisions)
    {
        bool isNewest = true;
        foreach (int i in newestFirst)
        {
            if (!snapshots[i].Finished)
            {
                decisions[i] = new PruneDecision(isNewest ? PruneMark.KeepPartial : PruneMark.Remove);
            }

            isNewest = false;
        }
    }

    private static void Select(
        KeepRule rule,
        int count,
        ReadOnlySpan<PruneCandidate> snapshots,
        int[] newestFirst,
        LocalPeriods periods,
        PruneDecision[] decisions)
    {
        HashSet<long> covered = [], chosen = [];
        for (int i = 0; i < decisions.Length; i++)
        {
            if (decisions[i].Mark == PruneMark.Keep) covered.Add(periods.Of(i, rule));
        }

        foreach (int i in newestFirst)
        {
            if (decisions[i].Mark != PruneMark.None) continue;
            if (snapshots[i].Protected)
            {
                decisions[i] = new PruneDecision(PruneMark.Protected);
                continue;
            }

            long period = periods.Of(i, rule);
            if (covered.Contains(period)) continue;
            if (chosen.Contains(period))
            {
                decisions[i] = new PruneDecision(PruneMark.Remove, rule);
                continue;
            }

            if (chosen.Count >= count) break;
            chosen.Add(period);
            decisions[i] = new PruneDecision(PruneMark.Keep, rule, chosen.Count);
        }
    }
}
