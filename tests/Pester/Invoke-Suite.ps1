<#
.SYNOPSIS
Runs the Pester suite and writes its results as JSON. Started by the test PesterSuite, which unpacks the stores;
by hand: ./build.ps1 Test -Pester [-File tests/Pester/Get-PbsGroup.Tests.ps1].
#>
param(
    [Parameter(Mandatory)]
    [string] $ReportPath
)

if (-not (Get-Module -ListAvailable Pester | Where-Object Version -ge '5.0')) {
    'Pester 5 is not installed for this PowerShell: the cmdlets were not tried in it'
    exit 99
}

# The module alone, under its own name, where PowerShell finds it by itself: as installed.
$installed = Join-Path ([System.IO.Path]::GetTempPath()) "pbs-modules-$([guid]::NewGuid().ToString('N'))"
$null = New-Item -ItemType Directory (Join-Path $installed PbsModule)
Get-ChildItem (Split-Path $env:PBS_TEST_MODULE) | Where-Object Extension -in '.dll', '.psd1', '.ps1xml' | Copy-Item -Destination (Join-Path $installed PbsModule)
$env:PSModulePath = $installed + [System.IO.Path]::PathSeparator + $env:PSModulePath
$env:PBS_TEST_MODULE = Join-Path $installed PbsModule PbsModule.psd1

Import-Module Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = if ($env:PBS_PESTER_FILE) { $env:PBS_PESTER_FILE } else { $PSScriptRoot }
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$run = Invoke-Pester -Configuration $configuration

$files = foreach ($container in $run.Containers) {
    $tests = $run.Tests | Where-Object { $_.ScriptBlock.File -eq $container.Item.FullName }
    $broken = @($container) + @($container.Blocks) | Where-Object ErrorRecord
    $failures = @($tests | Where-Object Result -eq Failed) + @($broken) | ForEach-Object {
        ($_.ExpandedPath ?? $_.Name ?? $container.Item.Name) + ": " + ($_.ErrorRecord | Out-String).Trim()
    }
    [pscustomobject]@{
        Name     = $container.Item.Name
        Passed   = @($tests | Where-Object Result -eq Passed).Count
        Failed   = @($failures).Count
        Skipped  = @($tests | Where-Object Result -eq Skipped).Count
        Seconds  = $container.Duration.TotalSeconds
        Failures = [string[]] @($failures)
    }
}

ConvertTo-Json @($files) -Depth 4 | Set-Content $ReportPath
Remove-Item $installed -Recurse -Force -ErrorAction Ignore
exit 0
