using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Tests;

/// <summary>Which snapshots are kept: every answer of the real server, in five time zones, and what must hold for any group.</summary>
public sealed class PruneSelectionTests
{
    private const long Hour = 3600;

    public static TheoryData<string> Zones => ["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Vienna", "UTC"];

    [Theory, MemberData(nameof(Zones))]
    public void Every_case_is_decided_as_the_server_decides_it(string name)
    {
        TimeZoneInfo zone = Zone(name);
        int cases = 0;
        foreach (JsonElement each in Corpus.Json($"ds1.expected/prune/sim.{name.Replace('/', '_')}.json").RootElement.GetProperty("cases").EnumerateArray())
        {
            KeepOptions keep = Keep(each.GetProperty("keep"));
            PruneCandidate[] snapshots = [.. each.GetProperty("snapshots").EnumerateArray().Select(Candidate).OrderBy(snapshot => snapshot.Time)];
            PruneDecision[] decisions = PruneSelection.Decide(snapshots, keep, zone);
            Assert.Equal(
                each.GetProperty("result").EnumerateArray().Select(row => $"{row[0]} {row[1]} {row[2]}"),
                snapshots.Select((snapshot, i) => $"{snapshot.Time} {!keep.KeepsSomething || decisions[i].IsKept} {decisions[i].Word}"));
            cases++;
            Conformance.Agrees(Conformance.Prune, $"{name} {each.GetProperty("name")} {each.GetProperty("keep")}");
        }

        Assert.Equal(137, cases);
    }

    [Theory]
    [InlineData("--keep-last 1 --keep-daily 2", "keep-partial, keep, remove, remove, protected, keep, keep, remove")]
    [InlineData("--keep-weekly 2", "keep-partial, keep, remove, remove, protected, remove, keep, remove")]
    [InlineData("--keep-last 0 --keep-yearly 1", "keep-partial, keep, remove, remove, protected, remove, remove, remove")]
    [InlineData("--keep-hourly 2 --keep-daily 2 --keep-monthly 2", "keep-partial, keep, keep, remove, protected, keep, keep, keep")]
    public void The_vectors_of_the_specification_hold(string options, string marks)
    {
        PruneCandidate[] snapshots =
        [
            At("2020-01-09T12:00:00Z", finished: false), At("2020-01-08T12:00:00Z"), At("2020-01-08T10:00:00Z"), At("2020-01-07T10:00:00Z", finished: false),
            At("2020-01-06T11:00:00Z", isProtected: true), At("2020-01-06T10:00:00Z"), At("2020-01-05T23:30:00Z"), At("2019-12-31T12:00:00Z"),
        ];
        string[] words = options.Split(' ');
        KeepOptions keep = Enumerable.Range(0, words.Length / 2).Aggregate(new KeepOptions(), (all, i) => With(all, words[2 * i][2..], int.Parse(words[(2 * i) + 1], null)));
        Assert.Equal(marks, Words(snapshots, keep));
    }

    [Fact]
    public void Every_decision_says_why()
    {
        PruneCandidate[] snapshots =
        [
            At("2020-01-09T12:00:00Z", finished: false), At("2020-01-08T12:00:00Z"), At("2020-01-07T10:00:00Z", finished: false), At("2020-01-06T11:00:00Z", isProtected: true),
            At("2020-01-05T23:30:00Z"), At("2020-01-05T22:30:00Z"), At("2020-01-04T10:00:00Z"), At("2020-01-03T10:00:00Z"),
        ];
        PruneDecision[] decisions = PruneSelection.Decide(snapshots, new KeepOptions { Last = 1, Daily = 2 }, TimeZoneInfo.Utc);
        Assert.Equal(
            ["unfinished, the newest", "last", "unfinished", "protected", "daily #1", "daily, older than the one kept", "daily #2", "kept by no rule"],
            decisions.Select((decision, i) => decision.Reason(snapshots[i].Finished)));
    }

    [Fact]
    public void Options_read_as_PBS_writes_them()
    {
        var keep = new KeepOptions { Last = 3, Hourly = 4, Daily = 5, Weekly = 2, Monthly = 6, Yearly = 9 };
        Assert.Equal("--keep-last 3 --keep-hourly 4 --keep-daily 5 --keep-weekly 2 --keep-monthly 6 --keep-yearly 9", keep.ToString());
        Assert.Equal("--keep-daily 5", new KeepOptions { Last = 0, Daily = 5 }.ToString());
        Assert.False(new KeepOptions { Last = 0, Yearly = 0 }.KeepsSomething);
        Assert.True(new KeepOptions { Last = 0, Yearly = 1 }.KeepsSomething);
    }

    [Fact]
    public void The_ends_of_the_calendar_have_periods()
    {
        PruneCandidate[] snapshots = [new(0, true, false), new(PbsModule.Core.Formats.Names.BackupTime.MaxSeconds, true, false)];
        foreach (TimeZoneInfo zone in (TimeZoneInfo[])[TimeZoneInfo.Utc, Fixed(14), Fixed(-14)])
        {
            foreach (KeepOptions keep in (KeepOptions[])[new() { Hourly = 2 }, new() { Daily = 2 }, new() { Weekly = 2 }, new() { Monthly = 2 }, new() { Yearly = 2 }])
            {
                Assert.All(PruneSelection.Decide(snapshots, keep, zone), decision => Assert.Equal(PruneMark.Keep, decision.Mark));
            }
        }
    }

    [Fact]
    public void The_order_of_the_snapshots_does_not_matter() => Check((snapshots, keep, zone) =>
    {
        var random = new Random(snapshots.Length);
        PruneCandidate[] shuffled = [.. snapshots];
        random.Shuffle(shuffled);
        Dictionary<long, PruneDecision> expected = Decisions(snapshots, keep, zone);
        return Decisions(shuffled, keep, zone).All(pair => expected[pair.Key] == pair.Value);
    });

    /// <summary>
    /// One more rule keeps more, if it comes after all the others. One that comes before may not: what it passes over is lost to the
    /// later ones.
    /// </summary>
    [Fact]
    public void A_further_rule_at_the_end_never_removes_more() => Check((snapshots, keep, zone) =>
    {
        KeepOptions without = keep with { Yearly = null };
        if (!without.KeepsSomething) return true;
        Dictionary<long, PruneDecision> more = Decisions(snapshots, without with { Yearly = 3 }, zone);
        return Decisions(snapshots, without, zone).All(pair => !pair.Value.IsKept || more[pair.Key].IsKept);
    });

    /// <summary>Where the periods of all rules lie within each other, any further rule keeps what was kept without it.</summary>
    [Fact]
    public void A_further_rule_of_nested_periods_never_removes_more() => Check((snapshots, keep, zone) => new[] { keep with { Weekly = null }, keep with { Monthly = null, Yearly = null } }.All(all =>
    {
        Dictionary<long, PruneDecision> more = Decisions(snapshots, all, zone);
        return KeepOptions.Rules.Where(rule => all.CountOf(rule) > 0).All(rule =>
        {
            KeepOptions without = With(all, "keep-" + rule.Text(), 0);
            return !without.KeepsSomething || Decisions(snapshots, without, zone).All(pair => !pair.Value.IsKept || more[pair.Key].IsKept);
        });
    }));

    [Fact]
    public void A_week_of_two_months_may_cost_the_last_snapshot_of_a_month_as_in_PBS()
    {
        PruneCandidate[] snapshots = [At("2024-02-02T12:00:00Z"), At("2024-01-31T12:00:00Z"), At("2024-01-25T12:00:00Z")];
        Assert.Equal("keep, keep, remove", Words(snapshots, new KeepOptions { Monthly = 2 }));
        Assert.Equal("keep, remove, keep", Words(snapshots, new KeepOptions { Weekly = 1, Monthly = 2 }));
    }

    [Fact]
    public void Keeping_more_last_ones_never_keeps_fewer_snapshots_of_that_rule() => Check((snapshots, keep, zone) =>
    {
        int count = keep.Last ?? 0;
        Dictionary<long, PruneDecision> less = Decisions(snapshots, new KeepOptions { Last = count }, zone), more = Decisions(snapshots, new KeepOptions { Last = count + 1 }, zone);
        return less.All(pair => !pair.Value.IsKept || more[pair.Key].IsKept);
    });

    [Fact]
    public void No_rule_keeps_more_than_its_number_and_one_of_a_period() => Check((snapshots, keep, zone) =>
    {
        Dictionary<long, PruneDecision> decisions = Decisions(snapshots, keep, zone);
        return KeepOptions.Rules.All(rule =>
        {
            int[] numbers = [.. decisions.Values.Where(decision => decision.Mark == PruneMark.Keep && decision.Rule == rule).Select(decision => decision.Number).Order()];
            return numbers.Length <= (keep.CountOf(rule) ?? 0) && numbers.SequenceEqual(Enumerable.Range(1, numbers.Length));
        });
    });

    [Fact]
    public void What_is_protected_or_the_newest_stays() => Check((snapshots, keep, zone) =>
    {
        Dictionary<long, PruneDecision> decisions = Decisions(snapshots, keep, zone);
        long newest = snapshots.Length == 0 ? -1 : snapshots.Max(snapshot => snapshot.Time);
        return snapshots.All(snapshot => decisions[snapshot.Time].Mark == PruneMark.Protected == snapshot.Protected)
            && (newest < 0 || !keep.KeepsSomething || decisions[newest].IsKept);
    });

    /// <summary>What was kept is kept again: a second prune with the same options, when nothing has come in between, removes nothing.</summary>
    [Fact]
    public void A_second_prune_removes_nothing_of_one_rule() => Check((snapshots, keep, zone) => KeepOptions.Rules.All(rule =>
    {
        KeepOptions one = With(new KeepOptions(), "keep-" + rule.Text(), Math.Max(1, keep.CountOf(rule) ?? 0));
        Dictionary<long, PruneDecision> first = Decisions(snapshots, one, zone);
        PruneCandidate[] left = [.. snapshots.Where(snapshot => first[snapshot.Time].IsKept)];
        return Decisions(left, one, zone).Values.All(decision => decision.IsKept);
    }));

    internal static KeepOptions Keep(JsonElement keep) => keep.EnumerateObject().Aggregate(new KeepOptions(), (all, option) => With(all, option.Name, option.Value.GetInt32()));

    internal static TimeZoneInfo Zone(string name)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)) return zone;
        Skip.Because($"this machine does not know the time zone {name} (tzdata is not installed)");
        return TimeZoneInfo.Utc;
    }

    private static string Words(PruneCandidate[] snapshots, KeepOptions keep) =>
        string.Join(", ", PruneSelection.Decide(snapshots, keep, TimeZoneInfo.Utc).Select(decision => decision.Word));

    private static KeepOptions With(KeepOptions all, string name, int count) => name switch
    {
        "keep-last" => all with { Last = count },
        "keep-hourly" => all with { Hourly = count },
        "keep-daily" => all with { Daily = count },
        "keep-weekly" => all with { Weekly = count },
        "keep-monthly" => all with { Monthly = count },
        "keep-yearly" => all with { Yearly = count },
        _ => throw new ArgumentException(name),
    };

    private static Dictionary<long, PruneDecision> Decisions(PruneCandidate[] snapshots, KeepOptions keep, TimeZoneInfo zone)
    {
        PruneDecision[] decisions = PruneSelection.Decide(snapshots, keep, zone);
        return snapshots.Select((snapshot, i) => (snapshot.Time, Decision: decisions[i])).ToDictionary(pair => pair.Time, pair => pair.Decision);
    }

    /// <summary>Groups with up to forty snapshots in a few weeks around a change of the clocks, in zones with odd offsets.</summary>
    private static void Check(Func<PruneCandidate[], KeepOptions, TimeZoneInfo, bool> holds)
    {
        Gen<PruneCandidate> snapshot = from quarter in Gen.Choose(0, 40 * 24 * 4)
                                       from kind in Gen.Frequency((12, Gen.Constant(0)), (1, Gen.Constant(1)), (2, Gen.Constant(2)))
                                       select new PruneCandidate(1711000000 + (quarter * Hour / 4), kind != 1, kind == 2);
        Gen<PruneCandidate[]> group = snapshot.ListOf().Select(all => all.Take(40).DistinctBy(each => each.Time).ToArray());
        Gen<int?> count = Gen.Frequency((2, Gen.Constant((int?)null)), (5, Gen.Choose(0, 6).Select(n => (int?)n)));
        Gen<KeepOptions> options = from last in count
                                   from hourly in count
                                   from daily in count
                                   from weekly in count
                                   from monthly in count
                                   from yearly in count
                                   select new KeepOptions { Last = last, Hourly = hourly, Daily = daily, Weekly = weekly, Monthly = monthly, Yearly = yearly };
        Gen<TimeZoneInfo> zone = Gen.Elements(Fixed(-9.5), Fixed(5.75), TimeZoneInfo.Utc, TimeZoneInfo.Local);
        Prop.ForAll(Arb.From(group), Arb.From(options), Arb.From(zone), holds).QuickCheckThrowOnFailure();
    }

    private static TimeZoneInfo Fixed(double hours) => TimeZoneInfo.CreateCustomTimeZone($"fixed {hours}", TimeSpan.FromHours(hours), null, null);

    private static PruneCandidate At(string time, bool finished = true, bool isProtected = false) =>
        new(DateTimeOffset.Parse(time, null).ToUnixTimeSeconds(), finished, isProtected);

    private static PruneCandidate Candidate(JsonElement snapshot) => snapshot.ValueKind == JsonValueKind.Number
        ? new PruneCandidate(snapshot.GetInt64(), true, false)
        : new PruneCandidate(snapshot.GetProperty("time").GetInt64(), snapshot.GetProperty("finished").GetBoolean(), snapshot.GetProperty("protected").GetBoolean());
}
