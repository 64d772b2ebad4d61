"""What is emitted where and when: an inventory with its sectors' profiles, or what stands in for one."""
