namespace PbsModule.Core.Administration;

/// <summary>
/// A straight line through the usage of a store, by least squares, and when it comes to 1. The uncertainty allows for
/// values that hang together with the one before, as those of a file system do: they count as fewer than they are.
/// </summary>
internal sealed class UsageLine
{
    /// <summary>With fewer values PBS makes no estimate.</summary>
    public const int FewestPoints = 7;

    /// <summary>Standard deviations of 95 %.</summary>
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

    /// <summary>Usage a second.</summary>
    public double Slope { get; }

    /// <summary>Whether the values say at 95 % that usage is rising at all.</summary>
    public bool IsRising =>
        Slope > 0 && Slope * Slope * _spread > Deviations * Deviations * _variance && Slope * _spread > _level * 1e-9;

    public double At(double time) => _level + (Slope * (time - _middle));

    /// <summary>When the line comes to 1, Unix seconds.</summary>
    public double FullTime => _middle + ((1 - _level) / Slope);

    /// <summary>
    /// The times at which 1 lies within the uncertainty of the line, Unix seconds: the roots of (level + slope·t - 1)²
    /// = z²·s²·(1/n + t²/Σt²). For a line that <see cref="IsRising"/>.
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
