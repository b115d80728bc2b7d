"""The operator's pages; who is let in is the admin's own business."""

from django.contrib import admin

from example_project.documents.models import Document, Profile, Tenant

admin.site.register(Tenant)
admin.site.register(Profile)


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):
    list_display = ["title", "tenant", "owner", "state"]
    list_filter = ["tenant", "state"]
    filter_horizontal = ["shared_with"]
