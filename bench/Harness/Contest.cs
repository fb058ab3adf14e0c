using System.Diagnostics;

namespace PbsModule.Bench.Harness;

/// <summary>One form of a work. It must do the whole of it each time it is called.</summary>
internal sealed record Contender(string Name, Action Work);

/// <summary>
/// Runs forms of the same work in turns, so that what the machine does meanwhile falls on all of them, and warms each up
/// right before it is timed, since caches that idle lose their content within a minute.
/// </summary>
/// <param name="rounds">How often each is timed.</param>
/// <param name="processorTime">
/// Time by the processor the whole process used instead of the clock: for works of one thread on a machine that is busy otherwise.
/// </param>
internal sealed class Contest(int rounds, bool processorTime)
{
    private const int FewestRuns = 3;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan CompilationPause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan ShortestBlock = TimeSpan.FromMilliseconds(60);

    public Standing Run(params ReadOnlySpan<Contender> contenders)
    {
        int[] repeats = new int[contenders.Length];
        for (int i = 0; i < contenders.Length; i++) repeats[i] = Settle(contenders[i].Work);

        double[][] seconds = new double[contenders.Length][];
        for (int i = 0; i < seconds.Length; i++) seconds[i] = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            for (int turn = 0; turn < contenders.Length; turn++)
            {
                // Who comes first changes, so that none always follows the same other.
                int i = (round + turn) % contenders.Length;
                seconds[i][round] = Time(contenders[i].Work, repeats[i]);
            }
        }

        return new Standing(seconds);
    }

    /// <summary>Lets the runtime compile the work to its last tier, and finds how often it must run to be timed well.</summary>
    private static int Settle(Action work)
    {
        RunFor(Settling, work);

        // Better code is only made while nothing new is called for a tenth of a second; then it has to be met.
        Thread.Sleep(CompilationPause);
        TimeSpan once = RunFor(Settling, work);
        Thread.Sleep(CompilationPause);
        return Math.Max(1, (int)Math.Ceiling(ShortestBlock / once));
    }

    /// <returns>How long the last run took.</returns>
    private static TimeSpan RunFor(TimeSpan time, Action work)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan last;
        int runs = 0;
        do
        {
            long begin = Stopwatch.GetTimestamp();
            work();
            last = Stopwatch.GetElapsedTime(begin);
            runs++;
        }
        while (runs < FewestRuns || Stopwatch.GetElapsedTime(start) < time);

        return last;
    }

    private double Time(Action work, int repeats)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        work();
        TimeSpan begin = Now();
        for (int i = 0; i < repeats; i++) work();
        return (Now() - begin).TotalSeconds / repeats;
    }

    private TimeSpan Now() => processorTime ? Environment.CpuUsage.TotalTime : Stopwatch.GetElapsedTime(0);
}

/// <summary>What a contest came to: seconds of one run of the work, by contender and round.</summary>
internal sealed class Standing(double[][] seconds)
{
    /// <summary>Median seconds of a contender.</summary>
    public double Seconds(int contender) => Median(seconds[contender]);

    /// <summary>
    /// Median over the rounds of one contender's time to another's, or to that of several one after the other; what drifts from round
    /// to round drops out.
    /// </summary>
    public double TimeRatio(int contender, params ReadOnlySpan<int> limits)
    {
        double[] ratios = new double[seconds[contender].Length];
        for (int round = 0; round < ratios.Length; round++)
        {
            double limit = 0;
            foreach (int part in limits) limit += seconds[part][round];
            ratios[round] = seconds[contender][round] / limit;
        }

        return Median(ratios);
    }

    /// <summary>As <see cref="TimeRatio"/>, of the rates.</summary>
    public double RateRatio(int contender, int limit) => 1 / TimeRatio(contender, limit);

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
