#!/usr/bin/env pwsh
#requires -Version 7.4
<#
.SYNOPSIS
Builds, tests, documents and packs the module.
.DESCRIPTION
Build    out/PbsModule, ready to import or to publish, on any platform (the default). With -Runtime, for one platform only,
         its code compiled in advance: what is called first comes sooner, but no other platform can load it.
Test     All tests: xunit, which runs Pester where it is found. -Pester runs only that, -File one file of it.
Docs     Checks the help pages against the cmdlets and renders them into out/PbsModule/en-US. Needs
         Microsoft.PowerShell.PlatyPS 1.0.
Package  out/PbsModule.<version>.nupkg, as a gallery takes it.
Soak     The long random runs.
.EXAMPLE
./build.ps1
.EXAMPLE
./build.ps1 Build -Runtime linux-x64
.EXAMPLE
./build.ps1 Test -Pester -File Get-PbsGroup.Tests.ps1
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Docs', 'Package', 'Soak')]
    [string] $Task = 'Build',

    [string] $Runtime,

    [switch] $Pester,

    [string] $File
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:DOTNET_NOLOGO = '1'
$out = Join-Path $PSScriptRoot out
$module = Join-Path $out PbsModule
$tests = Join-Path $PSScriptRoot tests PbsModule.Core.Tests

function Build {
    if (Test-Path $module) { Remove-Item $module -Recurse -Force }
    # Code that calls PowerShell is compiled in advance only against the very assembly it will meet, not against the
    # reference the module is built with.
    $native = if ($Runtime) {
        '-r', $Runtime, '--self-contained', 'false', '-p:PublishReadyToRun=true'
        "-p:PublishReadyToRunCrossgen2ExtraArgs=-r:$(Join-Path $PSHOME System.Management.Automation.dll)"
    }
    dotnet publish (Join-Path $PSScriptRoot src PbsModule) -c Release -o $module -v quiet @native
    Copy-Item (Join-Path $PSScriptRoot LICENSE) $module
    # XML comments and their like are for whoever compiles against the engine.
    Get-ChildItem $module -File | Where-Object Extension -notin '.dll', '.psd1', '.ps1xml', '' | Remove-Item
    $strangers = Get-ChildItem $module -Filter *.dll | Where-Object Name -notin 'PbsModule.dll', 'PbsModule.Core.dll'
    if ($strangers) { throw "this does not belong into the module: $strangers" }
    if (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS) { Docs }
    else { Write-Warning 'Microsoft.PowerShell.PlatyPS is not installed: the module is built without help.' }
    Write-Host "built $module"
}

function Test {
    $arguments = @(if ($Pester -or $File) { $tests, '--filter', 'FullyQualifiedName~PesterSuite' } else { Join-Path $PSScriptRoot Pbs.sln })
    $env:PBS_PESTER_FILE = if ($File) { Join-Path $PSScriptRoot tests Pester (Split-Path $File -Leaf) }
    try { dotnet test @arguments --logger 'console;verbosity=normal' }
    finally { $env:PBS_PESTER_FILE = $null }
}

function Docs {
    if (-not (Test-Path $module)) { Build; return }
    $help = Join-Path $module en-US
    $null = New-Item -ItemType Directory -Force $help
    # In a process of its own, which does not hold the assemblies afterwards.
    pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot docs Export-Help.ps1) -Module $module -Destination $help
}

function Package {
    $script:Runtime = ''
    Build
    Get-ChildItem $out -Filter *.nupkg | Remove-Item
    $manifest = Import-PowerShellDataFile (Join-Path $module PbsModule.psd1)
    $data = $manifest.PrivateData.PSData
    # The tags are how a gallery finds modules and their commands.
    $commands = $manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }
    $tags = @('PSModule', 'PSIncludes_Cmdlet') + $data.Tags + $commands
    $nuspec = Join-Path $module PbsModule.nuspec
    $escape = { [System.Security.SecurityElement]::Escape($args[0]) }
    Set-Content $nuspec @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>PbsModule</id>
    <version>$($manifest.ModuleVersion)</version>
    <authors>$(& $escape $manifest.Author)</authors>
    <description>$(& $escape $manifest.Description)</description>
    <copyright>$(& $escape $manifest.Copyright)</copyright>
    <license type="expression">MIT</license>
    <projectUrl>$($data.ProjectUri)</projectUrl>
    <releaseNotes>$($data.ReleaseNotes)</releaseNotes>
    <tags>$($tags -join ' ')</tags>
  </metadata>
</package>
"@
    dotnet pack $nuspec -o $out
    Remove-Item $nuspec
    Get-ChildItem $out -Filter *.nupkg | ForEach-Object { Write-Host "packed $_" }
}

function Soak {
    dotnet run --project (Join-Path $PSScriptRoot bench) -c Release -- soak
}

& $Task
