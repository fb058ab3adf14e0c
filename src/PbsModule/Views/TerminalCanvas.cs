using System.Management.Automation;
using System.Management.Automation.Host;

namespace PbsModule.Views;

/// <summary>What can be drawn on: how wide it is, and whether it shows more than plain ASCII.</summary>
/// <param name="Width">Columns.</param>
/// <param name="IsPlain">Neither colours nor blocks: the output goes into a file or another program, or nobody wants them.</param>
internal sealed record TerminalCanvas(int Width, bool IsPlain)
{
    private const int UsualWidth = 100;
    private const int Narrowest = 40;
    private const int Widest = 200;

    /// <summary>The terminal of a cmdlet, as it is now.</summary>
    public static TerminalCanvas For(PSCmdlet cmdlet, int? width) => new(
        width ?? Math.Clamp(WidthOf(cmdlet), Narrowest, Widest),
        Console.IsOutputRedirected
            || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
            || cmdlet.MyInvocation.PipelinePosition < cmdlet.MyInvocation.PipelineLength);

    /// <summary>Text in a colour: an SGR number, <c>32</c> for green.</summary>
    public string Colored(string text, int color) => IsPlain || text.Length == 0 ? text : $"\e[{color}m{text}\e[0m";

    private static int WidthOf(PSCmdlet cmdlet)
    {
        try
        {
            return cmdlet.Host.UI.RawUI.BufferSize.Width is > 0 and var width ? width - 1 : UsualWidth;
        }
        catch (Exception e) when (e is HostException or NotImplementedException or NullReferenceException or IOException)
        {
            // Hosts without a terminal say so in many ways.
            return UsualWidth;
        }
    }
}
