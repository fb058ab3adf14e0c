using PbsModule.Views;

namespace PbsModule.Core.Tests;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("/mnt/a", null, null, "/mnt/a")]
    [InlineData("/mnt/a", "main", null, "/mnt/a (main)")]
    [InlineData("/mnt/a", "", "it cannot be read", "/mnt/a: it cannot be read")]
    [InlineData("/mnt/a\u001b[1m", "main", "it cannot\u001b", "/mnt/a␛[1m (main): it cannot␛")]
    public void A_found_datastore_has_its_name_and_its_problem(string path, string? name, string? problem, string expected) =>
        Assert.Equal(expected, DisplayText.Found(path, name, problem));

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("ünd 日本 🙂\tx\ny", "ünd 日本 🙂\tx\ny")]
    [InlineData("a\u001b[31mb\u0007", "a␛[31mb␇")]
    [InlineData("one\r\ntwo\rthree", "one\ntwo␍three")]
    [InlineData("\0\u007f\u009b2J\u202e", "␀␡\\u009b2J\\u202e")]
    public void A_terminal_obeys_nothing_in_a_text(string? text, string expected) => Assert.Equal(expected, DisplayText.Plain(text));

    [Theory]
    [InlineData(null, "")]
    [InlineData(0L, "0 B")]
    [InlineData(999L, "999 B")]
    [InlineData(1000L, "0.98 KiB")]
    [InlineData(1024L, "1.00 KiB")]
    [InlineData(10L << 10, "10.0 KiB")]
    [InlineData(172186L, "168 KiB")]
    [InlineData(16L << 20, "16.0 MiB")]
    [InlineData((5L << 40) / 2, "2.50 TiB")]
    [InlineData(long.MaxValue, "8.00 EiB")]
    public void Sizes_have_three_digits_and_a_unit(long? bytes, string expected)
    {
        Assert.Equal(expected, DisplayText.Size(bytes));
    }

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(7199, "119m")]
    [InlineData(7200, "2h")]
    [InlineData(2 * 86400, "2d")]
    [InlineData(60 * 86400, "60d")]
    [InlineData(61 * 86400, "2mo")]
    [InlineData(729 * 86400, "23mo")]
    [InlineData(731 * 86400, "2y")]
    public void Ages_are_in_the_largest_unit_that_says_something(int seconds, string expected)
    {
        var now = new DateTimeOffset(2024, 5, 1, 10, 0, 0, TimeSpan.Zero);
        Assert.Equal(expected, DisplayText.Age(now.AddSeconds(-seconds), new FixedClock(now)));
    }

    [Fact]
    public void Times_read_as_identities_have_them()
    {
        Assert.Equal("2024-05-01T08:00:00Z", DisplayText.Time(new DateTimeOffset(2024, 5, 1, 10, 0, 0, TimeSpan.FromHours(2))));
        Assert.Equal("", DisplayText.Time(null));
        Assert.Equal("33%", DisplayText.Share(1, 3));
        Assert.Equal("", DisplayText.Share(1, 0));
    }

    [Fact]
    public void Of_a_long_path_the_end_is_shown_and_a_name_is_left_to_the_table()
    {
        Assert.Equal("…/rescue/store", DisplayText.Store("/mnt/disk/rescue/store", 14));
        Assert.Equal("/mnt/disk", DisplayText.Store("/mnt/disk", 9));
        Assert.Equal("a-long-registered-name", DisplayText.Store("a-long-registered-name", 8));
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
