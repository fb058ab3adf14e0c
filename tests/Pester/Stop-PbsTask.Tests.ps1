Describe 'Stop-PbsTask' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
    }
    BeforeEach {
        $logs = New-LogRoot
        $null = Connect-PbsServer $config -LogRoot $logs
        $process = Start-OtherTask $logs
        $running = Get-PbsTask -Running
    }
    AfterEach { Stop-OtherTask $process }
    AfterAll { Disconnect-PbsServer }

    It 'stops a task of another process' {
        Stop-PbsTask $running.Upid | Should -BeNullOrEmpty
        $task = $running | Wait-PbsTask -Timeout 60
        $task.Status | Should -Be 'abort requested - aborting task'
        $task.Outcome | Should -Be 'Error'
        Get-PbsTask -Running | Should -BeNullOrEmpty
    }

    It 'passes the task on' {
        $task = $running | Stop-PbsTask -PassThru
        $task | Should -BeOfType PbsModule.Core.Features.WorkerTasks.TaskInfo
        $task.Upid | Should -Be $running.Upid
        ($task | Wait-PbsTask -Timeout 60).Outcome | Should -Be 'Error'
    }

    It 'takes rows' { ($running | ConvertTo-Csv | ConvertFrom-Csv | Stop-PbsTask -PassThru).Upid | Should -Be $running.Upid }

    It 'changes nothing with -WhatIf' {
        $before = Get-Fingerprint $logs
        $running | Stop-PbsTask -WhatIf -PassThru | Should -BeNullOrEmpty
        Compare-Object $before (Get-Fingerprint $logs) | Should -BeNullOrEmpty
        @(Get-PbsTask -Running).Count | Should -Be 1
    }

    It 'leaves what has ended' {
        $over = Get-PbsTask -Status Ok -Limit 1 3>$null
        $over | Stop-PbsTask | Should -BeNullOrEmpty
        ($over | Stop-PbsTask -PassThru).Status | Should -Be 'OK'
    }

    It 'says why the task of a daemon cannot be stopped, and goes on' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because 'processes are looked up through /proc' }
        # A process that runs and knows nothing of us, as PBS's.
        $daemon = Start-Process sleep 60 -PassThru
        try {
            $start = [uint64] ((Get-Content "/proc/$($daemon.Id)/stat" -Raw) -replace '^.*\) ' -split ' ')[19]
            $upid = 'UPID:pbs-one:{0:X8}:{1:X8}:00000000:660C71C6:prune:main:root@pam:' -f $daemon.Id, $start
            Add-Content "$logs/tasks/active" $upid
            $folder = '{0}/tasks/{1:X2}' -f $logs, ($start -band 0xFF)
            $null = New-Item -ItemType Directory -Force $folder
            Set-Content -LiteralPath "$folder/$upid" '2024-04-02T20:59:45+00:00: at work'
            $failed = $null
            $task = @($upid, $running.Upid | Stop-PbsTask -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed)
            $task.Upid | Should -Be $running.Upid
            $failed[0].FullyQualifiedErrorId | Should -Be 'TaskNotStoppable,PbsModule.Commands.StopPbsTaskCommand'
            $failed[0].Exception.Message | Should -BeLike "*is run by process $($daemon.Id), which does not take requests from here"
            $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*proxmox-backup-manager task stop*'
            Stop-PbsTask $upid -WhatIf -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'TaskNotStoppable,*'
            @(Get-PbsTask -Running | Where-Object Upid -eq $upid).Count | Should -Be 1
        }
        finally { $daemon.Kill() }
    }

    It 'is for who started the task, or may stop all' {
        $null = Connect-PbsServer $config -LogRoot $logs -AuthId backup@pbs
        { Stop-PbsTask $running.Upid -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' -ExpectedMessage "missing permissions 'Sys.Modify' on '/system/tasks'"
        { Stop-PbsTask 'UPID:pbs-one:00000001:00000001:00000000:00000001:verify:x:root@pam:' -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*'
        # An object acts only through the connection it was found through: that may all, but is closed.
        { $running | Stop-PbsTask -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionClosed,*'
        $null = Connect-PbsServer $config -LogRoot $logs -AuthId admin@pbs
        { $running | Stop-PbsTask -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionClosed,*'
        (Get-PbsTask -Running).Upid | Should -Be $running.Upid
        (Get-PbsTaskLog $running.Upid).Message | Should -Not -Contain 'received abort request ...'
        Stop-PbsTask $running.Upid
        (Wait-PbsTask $running.Upid -Timeout 60).Outcome | Should -Be 'Error'
    }

    It 'does not know what is not there' {
        { Stop-PbsTask 'UPID:pbs-one:00000001:00000001:00000000:00000001:verify:x:root@pam:' -ErrorAction Stop } | Should -Throw -ErrorId 'TaskNotFound,*'
        { Stop-PbsTask * -ErrorAction Stop } | Should -Throw '*unable to parse UPID*'
    }

    It 'completes what runs' { (Get-Completion 'Stop-PbsTask ').ListItemText | Should -Be $running.Upid }
}
