Describe 'Connect-PbsServer' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
    }
    AfterEach { Disconnect-PbsServer }

    It 'takes names from the configuration given' {
        $connection = Connect-PbsServer -ConfigRoot $config
        $connection | Should -BeOfType PbsModule.ConnectionInfo
        $connection.ConfigRoot | Should -Be $config
        $connection.AuthId | Should -Be 'root@pam'
        $connection.IsImplicit | Should -BeFalse
        (Get-PbsDatastore).Datastore | Should -Be 'ds1'
    }

    It 'takes the folder by position, relative to the current location' {
        Push-Location (Split-Path $config)
        try { (Connect-PbsServer (Split-Path $config -Leaf)).ConfigRoot | Should -Be $config }
        finally { Pop-Location }
    }

    It 'takes the other roots, too' {
        $connection = Connect-PbsServer $config -StateRoot $TestDrive -LogRoot $TestDrive -RunRoot $TestDrive
        $connection.StateRoot, $connection.LogRoot, $connection.RunRoot | Should -Be (@("$TestDrive") * 3)
    }

    It 'replaces the connection there was' {
        $null = Connect-PbsServer $config
        $null = Connect-PbsServer (New-ConfigRoot @{ other = $Store })
        (Get-PbsDatastore).Datastore | Should -Be 'other'
    }

    It 'says which folder is missing and keeps the connection there was' {
        $null = Connect-PbsServer $config
        $failed = $null
        Connect-PbsServer "$TestDrive/none" -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Be 'ConfigurationNotFound,PbsModule.Commands.ConnectPbsServerCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject | Should -Be "$TestDrive/none"
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'ConfigRoot'
        (Get-PbsConnection).ConfigRoot | Should -Be $config
    }

    It 'refuses what is no identity' {
        { Connect-PbsServer $config -AuthId nobody -ErrorAction Stop } | Should -Throw -ErrorId 'AuthIdInvalid,*'
    }

    It 'is of this runspace only' {
        $null = Connect-PbsServer $config
        $seen = 1 | ForEach-Object -Parallel { (Get-PbsConnection)?.ConfigRoot }
        $seen | Should -Not -Be $config
    }
}
