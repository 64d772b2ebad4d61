"""Why a level was decided on."""
