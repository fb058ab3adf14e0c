namespace PbsModule.Core.Features.Metrics;

/// <summary>
/// Fits a straight line through a store's usage by least squares, and computes when it reaches 1. Consecutive values of
/// a file system are correlated; the uncertainty accounts for this by counting them as fewer.
/// </summary>
internal sealed class UsageLine
{
    /// <summary>Minimum number of values; PBS makes no estimate with fewer.</summary>
    public const int FewestPoints = 7;

    /// <summary>Number of standard deviations for 95 %.</summary>
    private const double Deviations = 1.96;

    private const double StrongestCorrelation = 0.99;

    private readonly double _middle;
    private readonly double _level;
    private readonly double _spread;
    private readonly double _variance;
    private readonly int _count;

    /// <param name="points">Unix seconds and usage, ascending by time; at least <see cref="FewestPoints"/>.</param>
    public UsageLine(IReadOnlyList<(double Time, double Usage)> points)
    {
        _count = points.Count;
        _middle = points.Average(point => point.Time);
        _level = points.Average(point => point.Usage);
        double product = 0;
        foreach ((double time, double usage) in points)
        {
            _spread += (time - _middle) * (time - _middle);
            product += (time - _middle) * (usage - _level);
        }

        Slope = _spread > 0 ? product / _spread : 0;
        double[] residuals = [.. points.Select(point => point.Usage - At(point.Time))];
        double squares = residuals.Sum(residual => residual * residual);
        double correlation = 0;
        for (int i = 1; i < residuals.Length; i++) correlation += residuals[i] * residuals[i - 1];
        correlation = squares > 0 ? Math.Clamp(correlation / squares, 0, StrongestCorrelation) : 0;
        _variance = squares / (_count - 2) * (1 + correlation) / (1 - correlation);
    }

    /// <summary>Change of usage a second.</summary>
    public double Slope { get; }

    /// <summary>Whether usage is rising at a confidence of 95 %.</summary>
    public bool IsRising =>
        Slope > 0 && Slope * Slope * _spread > Deviations * Deviations * _variance && Slope * _spread > _level * 1e-9;

    public double At(double time) => _level + (Slope * (time - _middle));

    /// <summary>Time when the line reaches 1, Unix seconds.</summary>
    public double FullTime => _middle + ((1 - _level) / Slope);

    /// <summary>
    /// Returns the times at which 1 lies within the uncertainty of the line, Unix seconds: the roots of (level +
    /// slope·t - 1)² = z²·s²·(1/n + t²/Σt²). Requires <see cref="IsRising"/>.
    /// </summary>
    public (double Earliest, double Latest) FullRange()
    {
        double scale = Deviations * Deviations * _variance;
        double gap = _level - 1;
        double a = (Slope * Slope) - (scale / _spread);
        double b = 2 * gap * Slope;
        double c = (gap * gap) - (scale / _count);
        double root = Math.Sqrt(Math.Max(0, (b * b) - (4 * a * c)));
        return (_middle + ((-b - root) / (2 * a)), _middle + ((-b + root) / (2 * a)));
    }
}
