Describe 'Get-PbsTaskLog' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $logs = New-LogRoot
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config -LogRoot $logs
        $task = Get-PbsTask -WorkerType garbage_collection -Status Warning -Limit 1 3>$null
    }
    AfterAll { Disconnect-PbsServer }

    It 'shows each line with number and time' {
        $lines = @(Get-PbsTaskLog $task.Upid)
        $lines.Count | Should -Be 2
        $lines[0] | Should -BeOfType PbsModule.Core.Features.WorkerTasks.TaskLogLineInfo
        $lines.LineNumber | Should -Be 1, 2
        $lines[1].Upid | Should -Be $task.Upid
        $lines[1].Time | Should -Be ([DateTimeOffset] '2024-04-02T20:59:45Z')
        $lines[1].Message | Should -Be 'TASK WARNINGS: 2'
        "$($lines[1])" | Should -Be '2024-04-02T20:59:45+00:00: TASK WARNINGS: 2'
    }

    It 'prints as text' {
        ($task | Get-PbsTaskLog | Out-String).TrimEnd() -split '\r?\n' | Should -Be ($task | Get-PbsTaskLog).Text
    }

    It 'takes tasks, texts and rows, several at once' {
        @($task | Get-PbsTaskLog).Count | Should -Be 2
        @($task.Upid | Get-PbsTaskLog).Count | Should -Be 2
        @($task | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsTaskLog).Count | Should -Be 2
        @(Get-PbsTaskLog -Upid $task, $task.Upid).Count | Should -Be 4
    }

    It 'shows the end of a log' {
        ($task | Get-PbsTaskLog -Tail 1).LineNumber | Should -Be 2
        @($task | Get-PbsTaskLog -Tail 10).Count | Should -Be 2
        @($task | Get-PbsTaskLog -Tail 0).Count | Should -Be 0
        @($task | Get-PbsTaskLog -Tail 1 -Wait).Count | Should -Be 1
    }

    It 'has every line of every log' {
        $all = @(Get-PbsTask 3>$null)
        $failed = $null
        $lines = @($all | Get-PbsTaskLog -ErrorAction SilentlyContinue -ErrorVariable failed)
        $lines.Count | Should -BeGreaterThan 100
        # One log is missing.
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'TaskNotFound,PbsModule.Commands.GetPbsTaskLogCommand'
    }

    It 'stops where it shall' {
        { Get-PbsTaskLog 'UPID:pbs-one:00000001:00000001:00000000:00000001:verify:x:root@pam:' -ErrorAction Stop } | Should -Throw -ErrorId 'TaskNotFound,*'
        { Get-PbsTaskLog 5 -ErrorAction Stop } | Should -Throw '*a task reads like UPID:*'
    }

    It 'follows a task to its end' {
        $own = New-LogRoot
        $null = Connect-PbsServer $config -LogRoot $own
        $process = Start-OtherTask $own
        try {
            $lines = @(Get-PbsTask -Running | Stop-PbsTask -PassThru | Get-PbsTaskLog -Wait)
            $lines[0].Message | Should -Be 'at work'
            $lines.Message | Should -Contain 'received abort request ...'
            $lines[-1].Message | Should -Be 'TASK ERROR: abort requested - aborting task'
        }
        finally {
            Stop-OtherTask $process
            $null = Connect-PbsServer $config -LogRoot $logs
        }
    }

    It 'stops following within seconds' {
        $own = New-LogRoot
        $process = Start-OtherTask $own
        try {
            Measure-Stop "`$null = Connect-PbsServer '$config' -LogRoot '$own'; Get-PbsTask -Running | Get-PbsTaskLog -Wait" -After 1 | Should -BeLessThan 10
            $null = Connect-PbsServer $config -LogRoot $own
            @(Get-PbsTask -Running | Get-PbsTaskLog -Wait | Select-Object -First 1).Count | Should -Be 1
            @(Get-PbsTask -Running).Count | Should -Be 1
        }
        finally {
            Stop-OtherTask $process
            $null = Connect-PbsServer $config -LogRoot $logs
        }
    }

    It 'works in parallel' {
        # Its own connection, which is open here, is the one that counts.
        $found = Get-PbsTask -Upid $task.Upid
        $texts = 1..3 | ForEach-Object -Parallel { Import-Module $env:PBS_TEST_MODULE; ($using:found | Get-PbsTaskLog).Text }
        $texts.Count | Should -Be 6
    }

    It 'is whole in CSV and JSON' {
        ($task.Upid | Get-PbsTaskLog | ConvertTo-Csv | ConvertFrom-Csv).Message | Should -Contain 'TASK WARNINGS: 2'
        ($task.Upid | Get-PbsTaskLog -Tail 1 | ConvertTo-Json | ConvertFrom-Json).LineNumber | Should -Be 2
    }

    It 'completes UPIDs' { (Get-Completion 'Get-PbsTaskLog UPID:pbs').ListItemText | Should -Contain $task.Upid }
}
