#!/usr/bin/env pwsh
#requires -Version 7.4
<#
.SYNOPSIS
Builds, tests, documents and packs the module.
.DESCRIPTION
Build    out/PbsModule, ready to import or to publish, on any platform (the default). With -Runtime, for one platform only,
         its code compiled in advance: what is called first comes sooner, but no other platform can load it.
Test     All tests: xunit, which runs Pester. -Pester runs only that, -File one file of it.
Docs     Checks the help pages against the cmdlets. Needs Microsoft.PowerShell.PlatyPS 1.0. -Update brings what pages say about
         syntax and parameters up to date first.
Package  out/PbsModule.<version>.nupkg, as a gallery takes it, PbsModule.<version>.zip to copy to a module path by hand, and SHA256SUMS of
         both. The same sources give the same bytes, wherever they lie.
Soak     The tests with the long random runs: hours. PBS_FUZZ_COUNT, PBS_RETENTION_COUNT and PBS_KILL_COUNT set other counts.
-OutputPath names another folder than out for what is built.
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

    [string] $OutputPath,

    [switch] $Pester,

    [switch] $Update,

    [string] $File
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:DOTNET_NOLOGO = '1'
$out = if ($OutputPath) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputPath) } else { Join-Path $PSScriptRoot out }
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
    Copy-Item (Join-Path $PSScriptRoot LICENSE), (Join-Path $PSScriptRoot THIRD-PARTY-NOTICES) $module
    # XML comments and their like are for whoever compiles against the engine.
    Get-ChildItem $module -File | Where-Object Extension -notin '.dll', '.psd1', '.ps1xml', '' | Remove-Item
    # Every library has its licence in THIRD-PARTY-NOTICES.
    $known = 'PbsModule.dll', 'PbsModule.Core.dll', 'PbsModule.Codecs.dll', 'ZstdSharp.dll', 'BouncyCastle.Cryptography.dll'
    $strangers = Get-ChildItem $module -Filter *.dll -Recurse | Where-Object Name -notin $known
    if ($strangers) { throw "this does not belong into the module: $strangers" }
    if (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS) { Docs }
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
    # In a process of its own, which does not hold the assemblies afterwards.
    pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot docs Test-Help.ps1) -Module $module $(if ($Update) { '-Update' })
}

function Package {
    $script:Runtime = ''
    Build
    Get-ChildItem $out -File | Where-Object { $_.Extension -in '.nupkg', '.zip' -or $_.Name -eq 'SHA256SUMS' } | Remove-Item
    $manifest = Import-PowerShellDataFile (Join-Path $module PbsModule.psd1)
    $data = $manifest.PrivateData.PSData
    # The tags are how a gallery finds modules and their commands.
    $commands = $manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }
    $tags = @('PSModule', 'PSIncludes_Cmdlet') + $data.Tags + $commands
    Copy-Item (Join-Path $PSScriptRoot README.md), (Join-Path $PSScriptRoot CHANGELOG.md) $module
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
    <readme>README.md</readme>
    <projectUrl>$($data.ProjectUri)</projectUrl>
    <releaseNotes>$($data.ReleaseNotes)</releaseNotes>
    <tags>$($tags -join ' ')</tags>
  </metadata>
</package>
"@
    dotnet pack $nuspec -o $out
    Remove-Item $nuspec
    $package = (Get-ChildItem $out -Filter *.nupkg).FullName
    Write-PlainZip $package (Read-Package $package)
    $zip = Join-Path $out "PbsModule.$($manifest.ModuleVersion).zip"
    Write-PlainZip $zip (Read-Folder $module "PbsModule/$($manifest.ModuleVersion)")
    $sums = $package, $zip | ForEach-Object { "$((Get-FileHash $_ -Algorithm SHA256).Hash.ToLowerInvariant())  $(Split-Path $_ -Leaf)" }
    Set-Content (Join-Path $out SHA256SUMS) $sums
    Write-Host "packed:`n$($sums -join "`n")"
}

# What is in a package, with the one name that is random replaced.
function Read-Package {
    param([string] $Path)
    $entries = [ordered] @{}
    $archive = [System.IO.Compression.ZipFile]::OpenRead($Path)
    try {
        foreach ($entry in $archive.Entries) {
            $buffer = [System.IO.MemoryStream]::new()
            $stream = $entry.Open()
            $stream.CopyTo($buffer)
            $stream.Dispose()
            $entries[$entry.FullName] = $buffer.ToArray()
        }
    }
    finally { $archive.Dispose() }
    $properties = $entries.Keys | Where-Object { $_ -like '*.psmdcp' }
    $fixed = 'package/services/metadata/core-properties/PbsModule.psmdcp'
    $entries[$fixed] = $entries[$properties]
    $entries.Remove($properties)
    $relations = [System.Text.Encoding]::UTF8.GetString($entries['_rels/.rels']).Replace($properties, $fixed)
    $count = @{ Relation = 0 }
    $relations = [regex]::Replace($relations, 'Id="R[0-9A-F]+"', { $count.Relation++; "Id=`"R$($count.Relation)`"" })
    $entries['_rels/.rels'] = [System.Text.Encoding]::UTF8.GetBytes($relations)
    $entries
}

function Read-Folder {
    param([string] $Path, [string] $Prefix)
    $entries = [ordered] @{}
    Get-ChildItem $Path -Recurse -File | ForEach-Object {
        $entries["$Prefix/$([System.IO.Path]::GetRelativePath($Path, $_.FullName).Replace('\', '/'))"] = [System.IO.File]::ReadAllBytes($_.FullName)
    }
    $entries
}

# A zip whose bytes depend on nothing but names and contents.
function Write-PlainZip {
    param([string] $Path, [System.Collections.IDictionary] $Entries)
    $time = [DateTimeOffset]::new(2000, 1, 1, 0, 0, 0, [TimeSpan]::Zero)
    $file = [System.IO.File]::Create($Path)
    $archive = [System.IO.Compression.ZipArchive]::new($file, 'Create')
    try {
        $names = [string[]] $Entries.Keys
        [Array]::Sort($names, [StringComparer]::Ordinal)
        foreach ($name in $names) {
            $entry = $archive.CreateEntry($name, 'Optimal')
            $entry.LastWriteTime = $time
            $stream = $entry.Open()
            $stream.Write($Entries[$name], 0, $Entries[$name].Length)
            $stream.Dispose()
        }
    }
    finally {
        $archive.Dispose()
        $file.Dispose()
    }
}

function Soak {
    # The counts of a soak, unless they are set already; a failure prints the seed that repeats it.
    $counts = @{ PBS_FUZZ_COUNT = 10000000; PBS_RETENTION_COUNT = 100000; PBS_KILL_COUNT = 1000 }
    $set = $counts.Keys | Where-Object { -not [Environment]::GetEnvironmentVariable($_) }
    try {
        foreach ($name in $set) { Set-Item "env:$name" $counts[$name] }
        dotnet test $tests -c Release --logger 'console;verbosity=normal' --filter 'FullyQualifiedName!~PesterSuite'
    }
    finally { foreach ($name in $set) { Set-Item "env:$name" $null } }
}

& $Task
