Describe 'Invoke-PbsPrune' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        # What is left of a group: the times of its snapshots, without their months and hours.
        function Get-Left { param([string] $Group, [string] $Namespace = '') (Get-PbsSnapshot ds1 $Group -Namespace $Namespace).BackupTime | ForEach-Object { $_.ToString('yyyy-MM-dd') } }
    }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'prunes a group' {
        Invoke-PbsPrune ds1 host/alpha -KeepLast 1 -KeepDaily 1 -Confirm:$false | Should -BeNullOrEmpty
        Get-Left host/alpha | Should -Be '2023-03-26', '2024-06-01', '2024-10-27'
    }

    It 'prunes the groups of a namespace, and those below only when asked' {
        $done = Invoke-PbsPrune ds1 -KeepLast 1 -Confirm:$false -PassThru -WarningAction SilentlyContinue
        $done[0] | Should -BeOfType PbsModule.Core.Features.Prune.PruneResultInfo
        @($done | Where-Object Removed).Count | Should -Be @($done | Where-Object -Not Keep).Count
        @(Get-PbsGroup ds1 | Where-Object BackupCount -gt 2).Count | Should -Be 0
        Get-Left host/beta a | Should -Be '2024-07-01', '2024-07-02'
        Invoke-PbsPrune ds1 -KeepLast 1 -Recurse -Confirm:$false -WarningAction SilentlyContinue
        Get-Left host/beta a | Should -Be '2024-07-02'
    }

    It 'takes wildcards and literals' {
        Invoke-PbsPrune ds1 -BackupType h* -BackupId a*, multi* -KeepLast 1 -Confirm:$false
        @(Get-PbsSnapshot ds1 host/alpha).Count | Should -Be 2
        @(Get-PbsSnapshot ds1 host/multi.chunk_test-1).Count | Should -Be 1
        @(Get-PbsSnapshot ds1 vm/100).Count | Should -Be 2
        Invoke-PbsPrune ds1 -BackupId nope* -KeepLast 1 -Confirm:$false -ErrorAction Stop
        { Invoke-PbsPrune ds1 -BackupId nope -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        { Invoke-PbsPrune ds1 vm/999 -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
    }

    It 'takes groups, texts and rows of groups' {
        @(Get-PbsGroup ds1 -BackupType vm, ct | Invoke-PbsPrune -KeepLast 1 -Confirm:$false -PassThru | Where-Object Removed).Count | Should -Be 3
        'host/alpha' | Invoke-PbsPrune -Datastore ds1 -KeepLast 1 -Confirm:$false
        Get-Left host/alpha | Should -Be '2023-03-26', '2024-10-27'
        Get-PbsGroup ds1 -Namespace a | ConvertTo-Csv | ConvertFrom-Csv | Invoke-PbsPrune -KeepLast 1 -Confirm:$false
        Get-Left host/beta a | Should -Be '2024-07-02'
    }

    It 'refuses everything else' {
        $before = Get-Fingerprint $server.Store
        foreach ($other in { Get-PbsSnapshot ds1 }, { Get-PbsNamespace ds1 }, { Get-PbsDatastore ds1 }, { Get-PbsSnapshot ds1 | ConvertTo-Csv | ConvertFrom-Csv }, { Get-PbsNote ds1 host/alpha },
            { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 | Select-Object -ExcludeProperty Fingerprint }) {
            { & $other | Invoke-PbsPrune -KeepLast 1 -Confirm:$false -ErrorAction Stop -WarningAction SilentlyContinue } | Should -Throw
        }
        { Invoke-PbsPrune (Get-PbsSnapshot ds1 host/alpha) -KeepLast 1 -Confirm:$false } | Should -Throw '*is not a datastore*'
        { Get-PbsGroup ds1 vm/100 | Invoke-PbsPrune -Datastore $Corrupt -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreMismatch,*'
        { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 | Invoke-PbsPrune -KeepLast 2 -Confirm:$false -ErrorAction Stop } | Should -Throw
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'wants to know which datastore where there are several' {
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $server.Store; ds2 = $Corrupt }) -RunRoot $server.Run
        { Invoke-PbsPrune -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreRequired,*'
        { 'vm/100' | Invoke-PbsPrune -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreRequired,*'
    }

    It 'plans, lets review, and executes' {
        $plan = Get-PbsPrunePlan ds1 -KeepLast 1 -WarningAction SilentlyContinue
        $done = $plan | Where-Object BackupType -ne host | Invoke-PbsPrune -Confirm:$false -PassThru
        @($done | Where-Object Removed).Count | Should -Be 3
        Get-Left host/alpha | Should -HaveCount 5
        Invoke-PbsPrune -Plan @($plan | Where-Object BackupId -eq alpha) -Confirm:$false
        Get-Left host/alpha | Should -Be '2023-03-26', '2024-10-27'
    }

    It 'executes plans out of <Form>' -ForEach @(
        @{ Form = 'CSV'; Keep = { $input | Export-Csv $args[0] }; Read = { Import-Csv $args[0] } }
        @{ Form = 'JSON'; Keep = { $input | ConvertTo-Json | Set-Content $args[0] }; Read = { Get-Content $args[0] -Raw | ConvertFrom-Json } }
        @{ Form = 'CLIXML'; Keep = { $input | Export-Clixml $args[0] }; Read = { Import-Clixml $args[0] } }
    ) {
        $file = Join-Path $TestDrive "plan.$Form"
        Get-PbsPrunePlan ds1 -Recurse -KeepLast 1 -KeepDaily 0 -TimeZone America/New_York -WarningAction SilentlyContinue | & $Keep $file
        $rows = & $Read $file
        $done = $rows | Where-Object BackupId -in alpha, beta | Invoke-PbsPrune -Confirm:$false -PassThru -ErrorAction Stop
        @($done | Where-Object Removed).Count | Should -Be 4
        Get-Left host/alpha | Should -Be '2023-03-26', '2024-10-27'
        Get-Left host/beta a | Should -Be '2024-07-02'
        # The same plan again is one of snapshots that are gone.
        { $rows | Where-Object BackupId -eq beta | Invoke-PbsPrune -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'PrunePlanStale,*'
    }

    It 'refuses a stale plan of one group and does the others' {
        $plan = Get-PbsPrunePlan ds1 -BackupType vm, ct -KeepLast 1
        Copy-Item (Join-Path $server.Store 'vm/100/2024-05-12T00:00:02Z') (Join-Path $server.Store 'vm/100/2024-05-19T00:00:02Z') -Recurse
        $plan | Invoke-PbsPrune -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Be 'PrunePlanStale,PbsModule.Commands.InvokePbsPruneCommand'
        $failed[0].CategoryInfo.Category | Should -Be InvalidOperation
        @(Get-PbsSnapshot ds1 vm/100).Count | Should -Be 3
        @(Get-PbsSnapshot ds1 ct/101).Count | Should -Be 1
    }

    It 'refuses a row that was changed' {
        $rows = Get-PbsPrunePlan ds1 vm/100 -KeepLast 1 | ConvertTo-Csv | ConvertFrom-Csv
        foreach ($row in $rows) { $row.Keep = 'False' }
        { $rows | Invoke-PbsPrune -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'PrunePlanInvalid,*'
        @(Get-PbsSnapshot ds1 vm/100).Count | Should -Be 2
    }

    It 'lists every removal with -WhatIf and removes nothing' {
        $before = Get-Fingerprint $server.Store
        $setup = "Import-Module '$env:PBS_TEST_MODULE'; `$WarningPreference = 'SilentlyContinue'; `$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'"
        $lines = pwsh -NoProfile -NonInteractive -Command "$setup; Invoke-PbsPrune ds1 -KeepLast 1 -Recurse -WhatIf"
        $plan = Get-PbsPrunePlan ds1 -KeepLast 1 -Recurse -WarningAction SilentlyContinue | Where-Object -Not Keep
        @($lines).Count | Should -Be $plan.Count
        foreach ($row in $plan) { "$lines" | Should -BeLike "*`"$row in ds1`"*" }
        $piped = pwsh -NoProfile -NonInteractive -Command "$setup; Get-PbsPrunePlan ds1 -KeepLast 1 -Recurse | Invoke-PbsPrune -WhatIf"
        $piped | Should -Be $lines
        Get-Fingerprint $server.Store | Should -Be $before
        Get-PbsTask -WorkerType prune | Should -BeNullOrEmpty
    }

    It 'asks before it removes' {
        ((Get-Command Invoke-PbsPrune).ImplementingType.GetCustomAttributes($true) | Where-Object { $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be High
    }

    It 'removes nothing without a keep option, and says so' {
        $before = Get-Fingerprint $server.Store
        $done = Invoke-PbsPrune ds1 host/alpha -Confirm:$false -PassThru -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike '*nothing would be removed'
        $done.Removed | Should -Not -Contain $true
        Invoke-PbsPrune ds1 -KeepLast 0 -KeepYearly 0 -Recurse -Confirm:$false -WarningAction SilentlyContinue
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'warns when the last snapshot that verified well goes' {
        Copy-Item (Join-Path $server.Store 'host/alpha/2024-06-01T12:00:00Z') (Join-Path $server.Store 'vm/100/2030-01-01T00:00:00Z') -Recurse
        Get-PbsPrunePlan ds1 vm/100 -KeepLast 1 | ConvertTo-Csv | ConvertFrom-Csv | Invoke-PbsPrune -Confirm:$false -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike '*vm/100/2024-05-12T00:00:02Z*last snapshot of its group that verified well*'
    }

    It 'warns of what is in use, and removes the rest' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because 'there is no flock here'; return }
        $start = [System.Diagnostics.ProcessStartInfo]::new($env:PBS_TEST_DOTNET, [string[]] @($env:PBS_TEST_PROBE))
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $process.StandardInput.WriteLine("take`tx`tflock`tShared`t$(Join-Path $server.Store 'host/alpha/2022-11-05T10:00:00Z')")
            $process.StandardOutput.ReadLine() | Should -Be held
            $done = Invoke-PbsPrune ds1 host/alpha -KeepLast 1 -Confirm:$false -PassThru -WarningVariable said -WarningAction SilentlyContinue
            "$said" | Should -BeLike 'failed to remove dir "host/alpha/2022-11-05T10:00:00Z"*possibly running or in use'
            "$($done | Where-Object { -not $_.Keep -and -not $_.Removed })" | Should -Be host/alpha/2022-11-05T10:00:00Z
            Get-Left host/alpha | Should -Be '2022-11-05', '2023-03-26', '2024-10-27'
        }
        finally { Stop-OtherTask $process }
    }

    It 'leaves a task with a log in the words of the server' {
        Invoke-PbsPrune ds1 vm/100 -KeepLast 1 -Confirm:$false
        $task = Get-PbsTask -WorkerType prune
        $task.WorkerId | Should -Be 'ds1::vm/100'
        $task.Status | Should -Be OK
        (Get-PbsTaskLog $task.Upid).Text | ForEach-Object { ($_ -split ': ', 2)[-1] } | Should -Be @(
            'retention options: --keep-last 1', 'Starting prune on datastore ''ds1'', root namespace group "vm/100"'
            'vm/100/2024-05-05T00:00:02Z remove', 'vm/100/2024-05-12T00:00:02Z keep', 'TASK OK')
    }

    It 'refuses who may not, and prunes what is his' {
        Add-Content $server.Acl 'acl:1:/datastore/ds1:backup@pbs:DatastorePowerUser'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Invoke-PbsPrune ds1 vm/100 -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw 'there is no group ''vm/100'' in datastore ''ds1'', root namespace'
        $done = Invoke-PbsPrune ds1 -KeepLast 1 -Confirm:$false -PassThru -WarningAction SilentlyContinue
        $done.BackupId | Sort-Object -Unique | Should -Not -Contain '100'
        $done.BackupId | Should -Contain alpha
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId off@pbs
        { Invoke-PbsPrune ds1 -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw "missing permissions 'Datastore.Modify|Datastore.Prune' on '/datastore/ds1'"
    }

    It 'wants -Force where a server''s locks cannot be seen' {
        if (Test-Path /run/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server'; return }
        $null = Connect-PbsServer $server.Config -RunRoot (Join-Path $TestDrive none)
        { Invoke-PbsPrune ds1 vm/100 -KeepLast 1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'LocksNotVisible,*'
        @(Invoke-PbsPrune ds1 vm/100 -KeepLast 1 -Confirm:$false -Force -PassThru | Where-Object Removed).Count | Should -Be 1
    }

    It 'prunes beside what is no part of a group, and leaves that and a snapshot that holds such a thing' {
        $group = Join-Path $server.Store host/alpha
        $null = New-Item -ItemType Directory (Join-Path $group 2022-11-05T10:00:00Z/@eaDir)
        $failed = $null
        $results = Invoke-PbsPrune ds1 host/alpha -KeepLast 1 -Confirm:$false -PassThru -ErrorVariable failed -ErrorAction SilentlyContinue
        @($failed).Count | Should -Be 1
        "$failed" | Should -BeLike '*host/alpha/2022-11-05T10:00:00Z*@eaDir" (a folder)*'
        @($results | Where-Object Removed).Count | Should -Be (@($results | Where-Object { -not $_.Keep }).Count - 1)
        Get-PbsTask -WorkerType prune -Limit 1 | ForEach-Object { "$($_.Status)" } | Should -Be 'WARNINGS: 1'
        (Get-ChildItem -Force $group).Name | Sort-Object | Should -Be '2022-11-05T10:00:00Z', '2023-03-26T00:30:00Z', '2024-10-27T01:30:00Z', 'not-a-snapshot', 'notes', 'owner', 'stray-file'
        Join-Path $group 2022-11-05T10:00:00Z/index.json.blob | Should -Exist
    }

    It 'stops cleanly' {
        @(Invoke-PbsPrune ds1 -KeepLast 1 -Recurse -Confirm:$false -PassThru -WarningAction SilentlyContinue | Select-Object -First 1).Count | Should -Be 1
        # Whatever was removed by then, no snapshot has a manifest and lacks files.
        { Get-PbsSnapshot ds1 -Recurse -WarningAction SilentlyContinue | Where-Object Finished | Get-PbsSnapshotFile -ErrorAction Stop } | Should -Not -Throw
        (Get-PbsTask -WorkerType prune).Running | Should -BeFalse
    }

    It 'stops with the pipeline' {
        Measure-Stop "`$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'; while (`$true) { Invoke-PbsPrune ds1 -Recurse -KeepLast 1000 -Confirm:`$false -PassThru -WarningAction SilentlyContinue }" -After 50 | Should -BeLessThan 10
    }

    It 'works in parallel' {
        @(Get-PbsGroup ds1 -BackupType vm, ct | ForEach-Object -Parallel { $_ | Invoke-PbsPrune -KeepLast 1 -Confirm:$false -PassThru } | Where-Object Removed).Count | Should -Be 3
    }

    It 'shows a table' {
        Invoke-PbsPrune ds1 host/alpha -KeepLast 1 -Confirm:$false -PassThru | Out-String -Width 120 | Should -Match 'host +alpha +2022-11-05T10:00:00Z +False +True +kept by no rule +remove'
    }

    It 'completes' {
        (Get-Completion 'Invoke-PbsPrune ds1 host/al').CompletionText | Should -Be 'host/alpha'
        (Get-Completion 'Invoke-PbsPrune ds1 -KeepLast 1 -TimeZone Asia/Kathm').CompletionText | Should -Be 'Asia/Kathmandu'
        (Get-Completion 'Invoke-PbsPrune ds1 -Namespace a/').CompletionText | Should -Be 'a/b'
    }
}
