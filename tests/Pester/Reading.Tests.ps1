# What holds for every cmdlet that reads.
Describe 'Reading' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $logs = New-LogRoot
        $null = Connect-PbsServer $config -LogRoot $logs
    }
    AfterAll { Disconnect-PbsServer }

    It 'changes nothing in a store or a configuration' {
        $places = $Store, $Corrupt, $config, $logs
        $before = @($places | ForEach-Object { Get-Fingerprint $_ })
        $before.Count | Should -BeGreaterThan 500
        foreach ($place in 'ds1', $Corrupt) {
            $null = Get-PbsDatastore $place 3>$null 2>$null
            $null = Get-PbsDatastoreStatus $place 3>$null 2>$null
            $null = Get-PbsNamespace $place -Recurse 3>$null 2>$null
            $null = Get-PbsGroup $place -Recurse -Force 3>$null 2>$null
            $null = Get-PbsSnapshot $place -Recurse -Force 3>$null 2>$null
            $null = Get-PbsSnapshotFile $place -Recurse 3>$null 2>$null
            $null = Get-PbsNote $place -Recurse 3>$null 2>$null
            $null = Get-Completion "Get-PbsSnapshot $place -BackupTime "
        }
        $null = Get-PbsAcl; $null = Get-PbsUser; $null = Get-PbsToken; $null = Get-PbsRole; $null = Get-PbsPrivilege
        $null = Get-PbsPermission *; $null = Test-PbsPermission alice@pbs / Sys.Audit
        $null = Find-PbsDatastore (Split-Path $Store) 3>$null 2>$null
        $tasks = Get-PbsTask 3>$null
        $null = $tasks | Get-PbsTask 3>$null
        $null = $tasks | Get-PbsTaskLog 2>$null
        $null = $tasks | Wait-PbsTask 3>$null
        $null = $tasks | Stop-PbsTask -WhatIf 3>$null
        $null = Get-Completion 'Get-PbsTask -Upid '
        $after = @($places | ForEach-Object { Get-Fingerprint $_ })
        Compare-Object $before $after | Should -BeNullOrEmpty
    }

    It 'stops within seconds when the pipeline is stopped' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$env:PBS_TEST_MODULE'; while (`$true) { Get-PbsSnapshot '$Store' -Recurse 3>`$null }")
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $running = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
            $deadline = [datetime]::UtcNow.AddSeconds(30)
            while ($output.Count -eq 0 -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 10 }
            $output.Count | Should -BeGreaterThan 0
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            $running.IsCompleted | Should -BeTrue
        }
        finally { $shell.Dispose() }
    }

    It 'has no warning, verbose or error output at import' {
        $text = pwsh -NoProfile -Command "Set-StrictMode -Version Latest; Import-Module '$env:PBS_TEST_MODULE' *>&1"
        $text | Should -BeNullOrEmpty
    }

    It 'shows every object of ours by a view of ours' {
        Get-PbsDatastore ds1 | Out-String | Should -Match 'State'
        Get-PbsNamespace ds1 | Out-String | Should -Match '\(root\)'
        Get-PbsGroup ds1 vm/100 | Out-String | Should -Match 'Last backup'
        Get-PbsConnection | Out-String | Should -Match 'ConfigRoot'
        Get-PbsAcl | Out-String | Should -Match 'Principal'
        Get-PbsUser | Out-String | Should -Match 'Tokens'
        Get-PbsPermission alice@pbs /datastore | Out-String | Should -Match 'Source'
        Get-PbsNote ds1 host/alpha | Out-String | Should -Match 'ds1:host/alpha'
    }

    It 'lets no name in a store speak to the terminal' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because 'names cannot hold control characters here' }
        $copy = Join-Path $TestDrive hostile
        & cp -a $Store $copy
        $null = [System.IO.Directory]::CreateDirectory("$copy/ns/`e[2Jgone")
        [System.IO.File]::WriteAllText("$copy/vm/100/2024-05-05T00:00:02Z/`e]0;title`a`u{202e}.fidx", 'x')
        $told = @(Measure-PbsDatastore $copy 3>&1 2>&1; Get-PbsSnapshotFileContent $copy vm/100/2024-05-05T00:00:02Z "`e2Jnone" 2>&1; Get-PbsNamespace $copy -Recurse 3>&1)
        $lines = $told | ForEach-Object {
            if ($_ -is [System.Management.Automation.WarningRecord]) { $_.Message }
            elseif ($_ -is [System.Management.Automation.ErrorRecord]) { $_.ToString() }
        }
        $lines.Count | Should -BeGreaterThan 2
        $lines -join '' | Should -Match 'gone'
        $lines -join '' | Should -Not -Match "[`e`a`u{202e}]"
    }

    It 'shows times as identities have them, whatever the calendar of the culture' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            foreach ($name in 'th-TH', 'ar-SA', 'fa-IR') {
                [cultureinfo]::CurrentCulture = $name
                Get-PbsSnapshot ds1 vm/100 | Out-String -Width 200 | Should -Match '2024-05-05T00:00:02Z'
                Get-PbsGroup ds1 vm/100 | Out-String -Width 200 | Should -Match '2024-05-12T00:00:02Z'
                Get-PbsPrunePlan ds1 vm/100 -KeepLast 1 | Out-String -Width 200 | Should -Match '2024-05-05T00:00:02Z'
                Measure-PbsSnapshot ds1 vm/100/2024-05-05T00:00:02Z | Out-String -Width 200 | Should -Match '2024-05-05T00:00:02Z'
                (Show-PbsUsage ds1 -Width 80 | ForEach-Object { $_ }) -join '' | Should -Not -Match '[^\x20-\x7e]'
            }
        }
        finally { [cultureinfo]::CurrentCulture = $culture }
        # In no view does a culture have a say in a date.
        Get-Content (Join-Path (Split-Path (Get-Module PbsModule).Path) PbsModule.Format.ps1xml) | Should -Not -Match 'FormatString|yyyy'
    }
}
