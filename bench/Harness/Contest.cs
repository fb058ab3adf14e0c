using System.Diagnostics;

namespace PbsModule.Bench.Harness;

/// <summary>A form of a piece of work. Each call must do all of it.</summary>
internal sealed record Contender(string Name, Action Work);

/// <summary>
/// Runs several forms of the same work in turns, so that other load on the machine affects all of them. It warms each
/// up right before its measurement, because idle caches lose their content within a minute.
/// </summary>
/// <param name="rounds">Number of measurements of each form.</param>
/// <param name="processorTime">
/// Whether to measure the processor time of the whole process instead of the clock: for work on one thread on a busy
/// machine.
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
                // The order rotates, so that no form always follows the same other.
                int i = (round + turn) % contenders.Length;
                seconds[i][round] = Time(contenders[i].Work, repeats[i]);
            }
        }

        return new Standing(seconds);
    }

    /// <summary>
    /// Lets the runtime compile the work to its last tier, and returns how often it must run for an exact measurement.
    /// </summary>
    private static int Settle(Action work)
    {
        RunFor(Settling, work);

        // The runtime compiles better code only while nothing new is called for a tenth of a second; the work must then
        // run again to use it.
        Thread.Sleep(CompilationPause);
        TimeSpan once = RunFor(Settling, work);
        Thread.Sleep(CompilationPause);
        return Math.Max(1, (int)Math.Ceiling(ShortestBlock / once));
    }

    /// <returns>Duration of the last run.</returns>
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

/// <summary>The result of a contest: seconds of one run of the work, by contender and round.</summary>
internal sealed class Standing(double[][] seconds)
{
    /// <summary>Returns the median time of a contender in seconds.</summary>
    public double Seconds(int contender) => Median(seconds[contender]);

    /// <summary>
    /// Returns the median, over the rounds, of one contender's time divided by another's, or by the sum of several.
    /// Drift between rounds cancels out.
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

    /// <summary>Returns the same ratio as <see cref="TimeRatio"/>, of the rates.</summary>
    public double RateRatio(int contender, int limit) => 1 / TimeRatio(contender, limit);

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
