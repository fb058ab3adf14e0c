Describe 'Get-PbsConnection' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
    }
    AfterEach { Disconnect-PbsServer }

    It 'shows the connection made' {
        $null = Connect-PbsServer $config
        $connection = Get-PbsConnection
        $connection.ConfigRoot | Should -Be $config
        "$connection" | Should -Be "root@pam on $config"
        ($connection | ConvertTo-Json | ConvertFrom-Json).AuthId | Should -Be 'root@pam'
    }

    It 'shows the server of this machine or nothing where none was made' {
        $connection = Get-PbsConnection
        if (Test-Path /etc/proxmox-backup) { $connection.IsImplicit | Should -BeTrue }
        else { $connection | Should -BeNullOrEmpty }
    }
}
