using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Tour;

bool isShell = args.Contains("--shell");
if (args.Length > (isShell ? 1 : 0))
{
    await Console.Error.WriteLineAsync("usage: dotnet run --project samples/Tour [-- --shell]");
    return 2;
}

using SampleServer server = SampleServer.Unpack();
string script = Path.Combine(AppContext.BaseDirectory, isShell ? "Shell.ps1" : "Tour.ps1");
string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
string[] command =
[
    Metadata("PowerShell"), "-NoLogo", "-NoProfile", isShell ? "-NoExit" : "-NonInteractive",
    "-File", script, Metadata("Module"), server.Root,
];

// Ctrl+C is meant for PowerShell: it ends a command, or the tour. This program then ends by itself.
using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
using Process process = Process.Start(new ProcessStartInfo(host, command))!;
await process.WaitForExitAsync();
return process.ExitCode;

static string Metadata(string key) => Assembly.GetExecutingAssembly()
    .GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
