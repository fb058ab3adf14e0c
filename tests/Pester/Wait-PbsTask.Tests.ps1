Describe 'Wait-PbsTask' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $logs = New-LogRoot
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config -LogRoot $logs
        $process = Start-OtherTask $logs
        $running = Get-PbsTask -Running
        $over = Get-PbsTask -Status Ok -Limit 1 3>$null
    }
    AfterAll {
        Stop-OtherTask $process
        Disconnect-PbsServer
    }

    It 'shows what has ended at once' {
        $task = $over | Wait-PbsTask
        $task | Should -BeOfType PbsModule.Core.Features.WorkerTasks.TaskInfo
        $task.Upid | Should -Be $over.Upid
        $task.Status | Should -Be 'OK'
        ($over.Upid | Wait-PbsTask).Upid | Should -Be $over.Upid
        ($over | ConvertTo-Csv | ConvertFrom-Csv | Wait-PbsTask).Upid | Should -Be $over.Upid
    }

    It 'says when the time is over, and goes on' {
        $failed = $null
        $ended = @($running, $over | Wait-PbsTask -Timeout 1 -ErrorAction SilentlyContinue -ErrorVariable failed)
        $ended.Upid | Should -Be $over.Upid
        $failed[0].FullyQualifiedErrorId | Should -Be 'TaskStillRunning,PbsModule.Commands.WaitPbsTaskCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $failed[0].TargetObject | Should -Be $running.Upid
        @(Get-PbsTask -Running).Count | Should -Be 1
    }

    It 'takes seconds or a time, and looks once for 0' {
        foreach ($time in 0, '0', 0.2, '00:00:00', '00:00:00.5', ([timespan]::FromMilliseconds(100))) {
            $running | Wait-PbsTask -Timeout $time -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'TaskStillRunning,*'
        }
        foreach ($time in -1, '1:30', 'soon') { { $running | Wait-PbsTask -Timeout $time } | Should -Throw '*write hours, minutes and seconds like 01:30:00*' }
    }

    It 'stops waiting within seconds' {
        $script = "`$null = Connect-PbsServer '$config' -LogRoot '$logs'; Get-PbsTask -Running; Wait-PbsTask '$($running.Upid)'"
        Measure-Stop $script -After 1 | Should -BeLessThan 10
    }

    It 'shows progress after a second and takes it away' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$env:PBS_TEST_MODULE'; `$null = Connect-PbsServer '$config' -LogRoot '$logs'; Wait-PbsTask '$($running.Upid)' -Timeout 3").Invoke()
            $records = @($shell.Streams.Progress | Where-Object Activity -like 'Waiting for task verify store1*')
            $records.Count | Should -BeGreaterThan 1
            $records[0].StatusDescription | Should -BeLike 'running for 0.00:00:*started by root@pam'
            $records[-1].RecordType | Should -Be 'Completed'
        }
        finally { $shell.Dispose() }
    }

    It 'does not know what is not there' {
        { Wait-PbsTask 'UPID:pbs-one:00000001:00000001:00000000:00000001:verify:x:root@pam:' -ErrorAction Stop } | Should -Throw -ErrorId 'TaskNotFound,*'
    }

    It 'completes UPIDs' { (Get-Completion 'Wait-PbsTask UPID:').ListItemText[0] | Should -Be $running.Upid }

    It 'waits in parallel, and shows the task when it has ended' {
        $waits = 1..2 | ForEach-Object -Parallel { Import-Module $env:PBS_TEST_MODULE; $using:running | Wait-PbsTask -Timeout 60 } -AsJob
        Stop-PbsTask $running
        $ended = @($waits | Receive-Job -Wait -AutoRemoveJob)
        $ended.Status | Should -Be (@('abort requested - aborting task') * 2)
        ($running | Wait-PbsTask).EndTime | Should -Not -BeNullOrEmpty
    }
}
