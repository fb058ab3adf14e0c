Describe 'Get-PbsTask' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $logs = New-LogRoot
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config -LogRoot $logs
        $all = @(Get-PbsTask 3>$null)
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists what the lists have, the last that ended first' {
        $all.Count | Should -Be 63
        $all[0] | Should -BeOfType PbsModule.Core.Features.WorkerTasks.TaskInfo
        $task = $all | Where-Object WorkerType -eq garbage_collection | Select-Object -First 1
        "$task" | Should -Be $task.Upid
        $task.Node | Should -Be 'pbs-one'
        $task.WorkerId | Should -Be 'main'
        $task.AuthId | Should -Be 'root@pam'
        $task.StartTime | Should -Be ([DateTimeOffset] '2024-04-02T20:58:28Z')
        $task.EndTime | Should -Be ([DateTimeOffset] '2024-04-02T20:59:45Z')
        $task.Duration | Should -Be ([timespan] '0:01:17')
        $task.Status | Should -Be 'WARNINGS: 2'
        $task.Outcome | Should -Be 'Warning'
        $task.Running | Should -BeFalse
        $task.Problem | Should -BeNullOrEmpty
    }

    It 'tells of damaged lines and goes on' {
        $null = Get-PbsTask -WarningVariable warnings 3>$null
        $warnings.Count | Should -Be 5
        "$warnings" | Should -Match "unable to parse worker status '.*' - invalid digit found in string"
    }

    It 'says why the end of a task is not known' {
        $dead = @(Get-PbsTask -Status Unknown 3>$null)
        $dead.Count | Should -BeGreaterThan 2
        $dead.Status | Sort-Object -Unique | Should -Be 'unknown'
        $dead[0].Problem | Should -Match '^process \d+ is gone'
    }

    It 'filters by kind, store, time, outcome and number' {
        (Get-PbsTask -WorkerType garbage_collection 3>$null).WorkerType | Sort-Object -Unique | Should -Be 'garbage_collection'
        (Get-PbsTask -WorkerType VERIF* 3>$null).WorkerType | Sort-Object -Unique | Should -Be 'verificationjob', 'verify', 'verify_group', 'verify_snapshot'
        (Get-PbsTask -Type backup, reader 3>$null).WorkerType | Sort-Object -Unique | Should -Be 'backup', 'reader'
        @(Get-PbsTask -WorkerType none 3>$null).Count | Should -Be 0
        $main = @(Get-PbsTask main 3>$null)
        $main.Count | Should -BeGreaterThan 10
        $main.Count | Should -BeLessThan $all.Count
        @(Get-PbsTask -Datastore m*n 3>$null).Count | Should -Be $main.Count
        @(Get-PbsTask ds1 3>$null).Count | Should -Be 0
        $day = @(Get-PbsTask -Since 2024-03-30T00:00:00Z -Until 2024-03-31T00:00:00Z 3>$null)
        $day.Count | Should -Be @($all | Where-Object { $_.StartTime -ge '2024-03-30T00:00:00Z' -and $_.StartTime -lt '2024-03-31T00:00:00Z' }).Count
        $day.Count | Should -BeGreaterThan 0
        # Since takes the bound, Until leaves it, as for snapshots.
        $bound = $day[0].StartTime
        (Get-PbsTask -Since $bound -Until $bound.AddSeconds(1) 3>$null).Upid | Should -Contain $day[0].Upid
        (Get-PbsTask -After 2024-03-30T00:00:00Z -Before $bound 3>$null).Upid | Should -Not -Contain $day[0].Upid
        @(Get-PbsTask -Status Ok 3>$null).Count + @(Get-PbsTask -Error 3>$null).Count | Should -Be $all.Count
        (Get-PbsTask -Status Warning, Error 3>$null).Outcome | Sort-Object -Unique | Should -Be 'Warning', 'Error'
        (Get-PbsTask -Limit 3 3>$null).Upid | Should -Be $all[0..2].Upid
        @(Get-PbsTask -Running 3>$null).Count | Should -Be 0
        @(Get-PbsTask -Running:$false 3>$null).Count | Should -Be $all.Count
    }

    It 'finds tasks by UPID, object and row' {
        $task = $all | Where-Object Status -eq 'WARNINGS: 2' | Select-Object -First 1
        (Get-PbsTask -Upid $task.Upid).Status | Should -Be 'WARNINGS: 2'
        ($task | Get-PbsTask).Upid | Should -Be $task.Upid
        ($task.Upid | Get-PbsTask).Upid | Should -Be $task.Upid
        ($task | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsTask).Upid | Should -Be $task.Upid
        @($all[10..20] | Get-PbsTask 3>$null).Count | Should -Be 11
    }

    It 'takes objects and rows of a datastore' {
        (Get-PbsDatastore ds1 | Get-PbsTask 3>$null) | Should -BeNullOrEmpty
        @([pscustomobject] @{ Datastore = 'main' } | Get-PbsTask 3>$null).Count | Should -Be @(Get-PbsTask main 3>$null).Count
    }

    It 'reports what is not there and goes on' {
        $failed = $null
        $found = @(Get-PbsTask -Upid 'UPID:pbs-one:00000001:00000001:00000000:00000001:verify:x:root@pam:', $all[5].Upid -ErrorAction SilentlyContinue -ErrorVariable failed)
        $found.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'TaskNotFound,PbsModule.Commands.GetPbsTaskCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        { Get-PbsTask -Upid 'UPID:x' -ErrorAction Stop } | Should -Throw '*unable to parse UPID*'
        { 'UPID:x' | Get-PbsTask -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreNameInvalid,*'
        { Get-PbsTask $TestDrive -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreNameInvalid,*'
    }

    It 'says when there are no task logs' {
        $null = Connect-PbsServer $config -LogRoot "$TestDrive/none"
        try {
            Get-PbsTask -WarningVariable warnings 3>$null | Should -BeNullOrEmpty
            "$warnings" | Should -BeLike '*there are no task logs in*none/tasks*'
        }
        finally { $null = Connect-PbsServer $config -LogRoot $logs }
    }

    It 'shows everybody his own tasks only' {
        $access = Join-Path $TestDrive access
        $null = New-Item -ItemType Directory $access
        Copy-Item $PSScriptRoot/../corpus/tasks/*.cfg $access
        Set-Content (Join-Path $access datastore.cfg) ''
        $foreign = $all | Where-Object AuthId -eq root@pam | Where-Object WorkerType -eq verify | Select-Object -First 1
        try {
            $null = Connect-PbsServer $access -LogRoot $logs -AuthId alice@pbs
            (Get-PbsTask 3>$null).AuthId | Sort-Object -Unique | Should -Be 'alice@pbs', 'alice@pbs!ci-token'
            { Get-PbsTask -Upid $foreign.Upid -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' -ExpectedMessage 'task access not allowed'
            { Get-PbsTaskLog $foreign.Upid -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*'
            { Wait-PbsTask $foreign.Upid -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*'
            { Stop-PbsTask $foreign.Upid -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' -ExpectedMessage "*'Sys.Modify' on '/system/tasks'*"
            $null = Connect-PbsServer $access -LogRoot $logs -AuthId 'alice@pbs!ci-token'
            (Get-PbsTask 3>$null).AuthId | Sort-Object -Unique | Should -Be 'alice@pbs!ci-token'
            $null = Connect-PbsServer $access -LogRoot $logs -AuthId auditor@pbs
            @(Get-PbsTask 3>$null).Count | Should -Be $all.Count
        }
        finally { $null = Connect-PbsServer $config -LogRoot $logs }
    }

    It 'shows a task of another process while it runs, and how it died' {
        $own = New-LogRoot
        $null = Connect-PbsServer $config -LogRoot $own
        $process = Start-OtherTask $own
        try {
            $task = Get-PbsTask -Running
            $task.Pid | Should -Be $process.Id
            $task.Status | Should -Be 'running'
            $task.EndTime | Should -BeNullOrEmpty
            $task.Outcome | Should -BeNullOrEmpty
            (Get-PbsTask -Limit 1 3>$null).Upid | Should -Be $task.Upid
        }
        finally {
            Stop-OtherTask $process
            $null = Connect-PbsServer $config -LogRoot $logs
        }
        $null = Connect-PbsServer $config -LogRoot $own
        Get-PbsTask -Running | Should -BeNullOrEmpty
        # The object went with its connection; the UPID stays.
        { $task | Get-PbsTask -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionClosed,*'
        $dead = Get-PbsTask -Upid $task.Upid
        $dead.Status | Should -Be 'unknown'
        $dead.Problem | Should -BeLike "process $($task.Pid) is gone*"
        $null = Connect-PbsServer $config -LogRoot $logs
    }

    It 'round-trips through CSV and is whole in JSON' {
        $row = $all[2] | ConvertTo-Csv | ConvertFrom-Csv
        $row.Upid, $row.Node, $row.WorkerType, $row.WorkerId, $row.AuthId, $row.Status | Should -Be $all[2].Upid, $all[2].Node, $all[2].WorkerType, $all[2].WorkerId, $all[2].AuthId, $all[2].Status
        ($all[2] | ConvertTo-Json -Depth 4 | ConvertFrom-Json).EndTime | Should -Be $all[2].EndTime.UtcDateTime
    }

    It 'is a table of 120 columns' {
        $text = Get-PbsTask -Limit 5 3>$null | Out-String -Width 120
        $text | Should -Match 'Start +Duration +Type +Id +Status'
        $text | Should -Match '2024-04-02T20:58:28Z +0:01:17 garbage_collection main +WARNINGS: 2'
    }

    It 'works in parallel' {
        $counts = 1..4 | ForEach-Object -Parallel {
            Import-Module $env:PBS_TEST_MODULE
            $null = Connect-PbsServer $using:config -LogRoot $using:logs
            @(Get-PbsTask 3>$null).Count
        }
        $counts | Sort-Object -Unique | Should -Be $all.Count
        # A connection made there is that runspace's own: the one here is still open, and its objects are found through it.
        $tasks = @(Get-PbsTask 3>$null)[10..13]
        $piped = $tasks | ForEach-Object -Parallel { Import-Module $env:PBS_TEST_MODULE; ($_ | Get-PbsTask 3>$null).Upid }
        $piped | Sort-Object | Should -Be ($tasks.Upid | Sort-Object)
    }

    It 'ends early for Select-Object' { @(Get-PbsTask 3>$null | Select-Object -First 2).Count | Should -Be 2 }

    It 'completes kinds and UPIDs' {
        (Get-Completion 'Get-PbsTask -WorkerType garb').CompletionText | Should -Be 'garbage_collection'
        (Get-Completion 'Get-PbsTask -WorkerType ').CompletionText | Should -Contain 'syncjob'
        (Get-Completion 'Get-PbsTask -Upid ').ListItemText | Should -Contain $all[0].Upid
        (Get-Completion 'Get-PbsTask -Status W').CompletionText | Should -Be 'Warning'
    }
}
