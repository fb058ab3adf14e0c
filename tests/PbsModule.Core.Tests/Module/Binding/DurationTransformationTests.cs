using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using PbsModule.Binding;
using PbsModule.Cmdlets;

namespace PbsModule.Core.Tests;

/// <summary>How long something may take: a number is seconds, a text is exact in every culture or refused.</summary>
public sealed class DurationTransformationTests
{
    public static TheoryData<object, double> Taken => new()
    {
        { 3600, 3600 },
        { 1L, 1 },
        { 1.5, 1.5 },
        { 90m, 90 },
        { (byte)7, 7 },
        { "3600", 3600 },
        { "0.5", 0.5 },
        { " 01:30:00 ", 5400 },
        { "1:30:00", 5400 },
        { "00:00:01.25", 1.25 },
        { "24:00:00", 86_400 },
        { "36:00:00", 129_600 },
        { "2.03:04:05", 183_845 },
        { TimeSpan.FromMinutes(2), 120 },
    };

    public static TheoryData<object> Refused =>
    [
        "1:30", "90:00", "00:60:00", "00:00:60", "1.24:00:00", "1,5", "5m", "2h", "", "P1D", "01:30:00 h", "-01:00:00",
        "-5", "0", "00:00:00",
        -1, 0, 0L, -0.5, double.NaN, double.PositiveInfinity, 1e18, "1e3", TimeSpan.Zero, TimeSpan.FromSeconds(-1),
        true, DateTime.UnixEpoch,
    ];

    [Theory]
    [MemberData(nameof(Taken))]
    public void A_duration_is_seconds_or_hours_minutes_and_seconds(object given, double seconds)
    {
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (german.NumberFormat.NumberDecimalSeparator, german.NumberFormat.NumberGroupSeparator,
            german.DateTimeFormat.TimeSeparator) = (",", ".", ".");
        foreach (CultureInfo culture in new[] { CultureInfo.InvariantCulture, german })
        {
            CultureInfo before = CultureInfo.CurrentCulture;
            try
            {
                CultureInfo.CurrentCulture = culture;
                Assert.Equal(
                    TimeSpan.FromSeconds(seconds), new DurationTransformationAttribute().Transform(null!, given));
            }
            finally
            {
                CultureInfo.CurrentCulture = before;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_could_mean_two_things_and_what_is_no_time_is_refused(object given) =>
        Assert.Throws<ArgumentTransformationMetadataException>(
            () => new DurationTransformationAttribute().Transform(null!, given));

    [Fact]
    public void No_time_at_all_is_taken_where_it_means_something()
    {
        var attribute = new DurationTransformationAttribute { AllowZero = true };
        Assert.Equal(TimeSpan.Zero, attribute.Transform(null!, 0));
        Assert.Throws<ArgumentTransformationMetadataException>(() => attribute.Transform(null!, -1));
    }

    [Fact]
    public void Every_parameter_that_is_a_duration_is_read_this_way()
    {
        PropertyInfo[] durations =
        [
            .. typeof(PbsCmdlet).Assembly.GetTypes()
                .SelectMany(type => type.GetProperties())
                .Where(property => property.IsDefined(typeof(ParameterAttribute)))
                .Where(property =>
                (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(TimeSpan)),
        ];
        Assert.NotEmpty(durations);
        Assert.All(durations, property => Assert.True(
            property.IsDefined(typeof(DurationTransformationAttribute)), $"{property.DeclaringType}.{property.Name}"));
    }
}
