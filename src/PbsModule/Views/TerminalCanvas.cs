using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Language;

namespace PbsModule.Views;

/// <summary>What can be drawn on: how wide it is, and whether it shows more than plain ASCII.</summary>
/// <param name="Width">Columns.</param>
/// <param name="IsPlain">Neither colours nor blocks: the output goes into a file or another program, or nobody wants
/// them.</param>
internal sealed record TerminalCanvas(int Width, bool IsPlain)
{
    private const int UsualWidth = 100;
    private const int Narrowest = 40;
    private const int Widest = 200;

    /// <summary>The terminal of a cmdlet, as it is now.</summary>
    public static TerminalCanvas For(PSCmdlet cmdlet, int? width) => new(
        width ?? Math.Clamp(WidthOf(cmdlet), Narrowest, Widest),
        Console.IsOutputRedirected
            || PSStyle.Instance.OutputRendering == OutputRendering.PlainText
            || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
            || cmdlet.MyInvocation.PipelinePosition < cmdlet.MyInvocation.PipelineLength
            || GoesToFile(cmdlet.MyInvocation.Line, cmdlet.MyInvocation.OffsetInLine));

    /// <summary>Text in a colour: an SGR number, <c>32</c> for green.</summary>
    public string Colored(string text, int color) => IsPlain || text.Length == 0 ? text : $"\e[{color}m{text}\e[0m";

    /// <summary>
    /// Whether the output of a command goes into a file by <c>></c>, which nothing but the line itself tells a cmdlet.
    /// </summary>
    /// <param name="line">The line the command stands in.</param>
    /// <param name="column">Where in it, from 1.</param>
    internal static bool GoesToFile(string? line, int column) =>
        line?.Contains('>') == true && Parser.ParseInput(line, out _, out _).Find(
            node => node is CommandAst command && command.Extent.StartColumnNumber == column
                && command.Redirections.Any(each =>
                    each is FileRedirectionAst { FromStream: RedirectionStream.Output or RedirectionStream.All }),
            searchNestedScriptBlocks: true) is not null;

    private static int WidthOf(PSCmdlet cmdlet)
    {
        try
        {
            return cmdlet.Host.UI.RawUI.BufferSize.Width is > 0 and var width ? width - 1 : UsualWidth;
        }
        catch (Exception e) when (e is HostException
            or NotImplementedException
            or NullReferenceException
            or IOException)
        {
            // Hosts without a terminal say so in many ways.
            return UsualWidth;
        }
    }
}
