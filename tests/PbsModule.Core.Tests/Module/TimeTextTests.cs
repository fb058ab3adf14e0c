using System.Globalization;
using PbsModule.Times;

namespace PbsModule.Core.Tests;

/// <summary>Times as text: exact or refused, in every culture.</summary>
public sealed class TimeTextTests
{
    private static readonly string[] Cultures =
        ["", "en-US", "en-GB", "de-DE", "fr-FR", "ja-JP", "th-TH", "fa-IR", "ar-SA", "sv-SE"];

    [Theory]
    [InlineData("2024-05-06T01:00:00Z", 1714957200)]
    [InlineData("2024-05-06 01:00:00Z", 1714957200)]
    [InlineData(" 2024-05-06t01:00:00z ", 1714957200)]
    [InlineData("2024-05-06T03:00:00+02:00", 1714957200)]
    [InlineData("2024-05-06 01:00:00 +00:00", 1714957200)]
    [InlineData("2024-05-06T01:00:00.000Z", 1714957200)]
    [InlineData("2024-05-06T01\uF03A00\uF03A00Z", 1714957200)]
    [InlineData("1714957200", 1714957200)]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("0", 0)]
    [InlineData("9999-12-31T23:59:59Z", 253402300799)]
    public void Exact_texts_are_read(string text, long seconds)
    {
        Assert.True(TimeText.TryParse(text, out DateTimeOffset time));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(seconds), time);
    }

    [Theory]
    [InlineData("05/06/2024 01:00:00 +00:00")]
    [InlineData("05/06/2024")]
    [InlineData("06.05.2024")]
    [InlineData("2024-05-06T01:00:00")]
    [InlineData("2024-05-06 01:00")]
    [InlineData("2024-5-6")]
    [InlineData("2024/05/06")]
    [InlineData("2024-02-30")]
    [InlineData("2024-02-30T01:00:00Z")]
    [InlineData("2024-05-06T24:00:00Z")]
    [InlineData("20240506")]
    [InlineData("202405060100")]
    [InlineData("1403-02-17")]
    [InlineData("1403-02-17T01:00:00Z")]
    [InlineData("-1")]
    [InlineData("1714957200,5")]
    [InlineData("1,714,957,200")]
    [InlineData("1714957200000")]
    [InlineData("yesterday")]
    [InlineData("Monday, 6 May 2024")]
    public void All_others_are_refused(string text) => Assert.False(TimeText.TryParse(text, out _));

    [Fact]
    public void What_is_written_is_read_back_in_any_culture()
    {
        _ = AppContext.TryGetSwitch("System.Globalization.Invariant", out bool isInvariant);
        if (isInvariant) Skip.Because("this process has no cultures; Culture.Tests.ps1 reads across them");
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach (string writer in Cultures)
            {
                foreach (string reader in Cultures)
                {
                    CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(writer);
                    var time = new UtcTime(DateTimeOffset.FromUnixTimeSeconds(1714957200));
                    string formatted = time.ToString("yyyy-MM-dd'T'HH':'mm':'ss'Z'");
                    string[] texts = [time.ToString(), $"{time}", formatted, time.AddTicks(1).ToString()];
                    CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(reader);
                    Assert.Equal([time, time, time, time.AddTicks(1)], texts.Select(UtcTime.Parse));
                }
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_day_is_its_local_midnight()
    {
        Assert.True(TimeText.TryParse("2024-05-06", out DateTimeOffset time));
        Assert.Equal(new DateTimeOffset(new DateTime(2024, 5, 6, 0, 0, 0, DateTimeKind.Local)), time);
    }
}
